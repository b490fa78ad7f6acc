import { setTimeout as delay } from "node:timers/promises";
import type { KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepCaches } from "../src/cache/sweep.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const ENTRIES_MAX = 3;
/** So long that what the run itself takes never matters. */
const STEP_SECONDS = 1_000;
const GENERATION_MS = 250;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { cacheEntriesMax: ENTRIES_MAX } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A Map from question to answer, with expiry, that lets the least recently used leave. Times are in steps. */
class Model {
  readonly entries = new Map<
    number,
    { response: string; tag: string; expiresAt: number; storedAt: number; usedAt: number }
  >();
  readonly counts = { hits: 0, misses: 0, stored: 0, evictions: 0, invalidations: 0, expirations: 0 };
  now = 0;
  #uses = 0;

  lookUp(question: number): string | null {
    const entry = this.entries.get(question);
    if (!entry || this.#isExpired(question)) {
      this.counts.misses += 1;
      return null;
    }
    this.counts.hits += 1;
    entry.usedAt = this.#nextUse();
    return entry.response;
  }

  store(question: number, response: string, tag: string, steps: number): void {
    if (!this.entries.has(question)) this.counts.stored += 1;
    const use = this.#nextUse();
    this.entries.set(question, { response, tag, expiresAt: this.now + steps, storedAt: use, usedAt: use });
    while (this.entries.size > ENTRIES_MAX) this.#remove(this.#nextToLeave(), "evictions");
  }

  removeWhere(isMeant: (question: number) => boolean): number {
    const meant = [...this.entries.keys()].filter(isMeant);
    for (const question of meant) this.#remove(question, "invalidations");
    return meant.length;
  }

  removeExpired = () => this.removeWhere((question) => this.#isExpired(question));

  get expired(): number {
    return [...this.entries.keys()].filter((question) => this.#isExpired(question)).length;
  }

  #remove(question: number, why: "evictions" | "invalidations"): void {
    this.counts[this.#isExpired(question) ? "expirations" : why] += 1;
    this.entries.delete(question);
  }

  #isExpired(question: number): boolean {
    return (this.entries.get(question)?.expiresAt ?? 0) <= this.now;
  }

  /** What expired leaves first, then the least recently used. */
  #nextToLeave(): number {
    const rank = (question: number): number[] => {
      const { expiresAt = 0, storedAt = 0, usedAt = 0 } = this.entries.get(question) ?? {};
      return this.#isExpired(question) ? [0, expiresAt, storedAt] : [1, usedAt, 0];
    };
    const [first = 0] = [...this.entries.keys()].sort((one, other) => compare(rank(one), rank(other)));
    return first;
  }

  #nextUse = () => (this.#uses += 1);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const differs = one.findIndex((value, at) => value !== other[at]);
  return differs < 0 ? 0 : (one[differs] ?? 0) - (other[differs] ?? 0);
}

interface Real {
  readonly client: KeepsakeClient;
  readonly userId: string;
}

/** A step that both do, and that has to give the same on both sides. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>): fc.AsyncCommand<Model, Real> {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      await assertSame(model, real);
      // The embedded database's clock tells whole milliseconds: no two uses may fall into one.
      await delay(2);
    },
  };
}

async function assertSame(model: Model, { client }: Real): Promise<void> {
  const { entries, counts, expired } = model;
  expect(await client.cache.stats.query()).toMatchObject({
    ...{ ...counts, entries: entries.size, expired },
    secondsSaved: (counts.hits * GENERATION_MS) / 1000,
  });
  const { items } = await client.cache.list.query({ includeExpired: true });
  const newestFirst = [...entries].sort(([, one], [, other]) => other.storedAt - one.storedAt);
  expect(items.map(({ text, response }) => [text, response])).toEqual(
    newestFirst.map(([question, { response }]) => [toText(question), response]),
  );
}

const toText = (question: number) => `Question ${"abcdef"[question]}?`;
const questions = fc.integer({ min: 0, max: 5 });
const tags = fc.constantFrom("red", "green");

const [lookups, stores, ...others] = [
  questions.map((question) =>
    command(`look up ${question}`, async (model, { client }) => {
      const found = await client.cache.lookup.mutate({ text: toText(question).toUpperCase() });
      expect(found.hit ? found.response : null).toBe(model.lookUp(question));
    }),
  ),
  fc
    .tuple(
      questions,
      fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
      tags,
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([question, response, tag, steps]) =>
      command(`store ${question} for ${steps}`, async (model, { client }) => {
        const ttlSeconds = steps * STEP_SECONDS;
        const input = { text: toText(question), response, tags: [tag], ttlSeconds, generationMs: GENERATION_MS };
        expect(await client.cache.store.mutate(input)).toMatchObject({ cached: true });
        model.store(question, response, tag, steps);
      }),
    ),
  questions.map((question) =>
    command(`invalidate ${question}`, async (model, { client }) => {
      const { removed } = await client.cache.invalidate.mutate({ text: toText(question) });
      expect(removed).toBe(model.removeWhere((one) => one === question));
    }),
  ),
  tags.map((tag) =>
    command(`invalidate ${tag}`, async (model, { client }) => {
      const { removed } = await client.cache.invalidate.mutate({ tag });
      expect(removed).toBe(model.removeWhere((one) => model.entries.get(one)?.tag === tag));
    }),
  ),
  fc.boolean().map((all) =>
    command(`clear ${all ? "all" : "what expired"}`, async (model, { client }) => {
      const { removed } = await client.cache.clear.mutate({ all });
      expect(removed).toBe(all ? model.removeWhere(() => true) : model.removeExpired());
    }),
  ),
  fc.constant(
    command("sweep", async (model) => {
      await sweepCaches(server.keepsake.services, AbortSignal.timeout(10_000));
      model.removeExpired();
    }),
  ),
  fc.constant(
    command("a step of time passes", async (model, { userId }) => {
      const earlier = sql`make_interval(secs => ${STEP_SECONDS})`;
      await server.keepsake.services.db.execute(sql`update response_cache set created_at = created_at - ${earlier},
        used_at = used_at - ${earlier}, expires_at = expires_at - ${earlier} where user_id = ${userId}`);
      model.now += 1;
    }),
  ),
] as const;

/** Mostly look-ups and answers, so that the cache is full most of the time. */
const commands = [lookups, lookups, lookups, stores, stores, stores, stores, stores, ...others];

test("whatever its users do, the cache is a map with expiry that holds n answers and lets the least recently used leave", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: "max" }), async (steps) => {
      runs += 1;
      const userId = `model-${runs}`;
      await fc.asyncModelRun(() => ({ model: new Model(), real: { client: server.clientOf(userId), userId } }), steps);
    }),
    { numRuns: 30 },
  );
}, 180_000);
