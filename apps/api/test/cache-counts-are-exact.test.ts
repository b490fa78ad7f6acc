import { errorReason, type KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepCaches } from "../src/cache/sweep.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

/** Calls of the mixed load. `KEEPSAKE_LOAD_CALLS=10000` is its full form, and prints the counts. */
const CALLS = Number(process.env["KEEPSAKE_LOAD_CALLS"] ?? 2_000);
const printsCounts = "KEEPSAKE_LOAD_CALLS" in process.env;
const CALLERS = 16;
const USERS = ["ann", "bob", "cat"];
const QUESTIONS = 30;
const ENTRIES_MAX = 8;
const MEMORIES = 6;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { cacheEntriesMax: ENTRIES_MAX } });
});
afterAll(() => server[Symbol.asyncDispose]());

const below = (limit: number) => Math.floor(Math.random() * limit);

/** One of the callers' users, with everything that the callers themselves saw happen to it. */
class Watched {
  readonly userId: string;
  readonly client: KeepsakeClient;
  readonly seen = { hits: 0, misses: 0, savedMs: 0 };
  /** Memories by place, with the version that every caller has to see by now. */
  readonly memories: { id: string; version: number }[] = [];

  constructor(userId: string) {
    this.userId = userId;
    this.client = server.clientOf(userId);
  }

  async lookUp(): Promise<void> {
    const question = below(QUESTIONS);
    const known = new Map(this.memories.map(({ id, version }) => [id, version]));
    const found = await this.client.cache.lookup.mutate({ text: toText(question) });
    this.seen[found.hit ? "hits" : "misses"] += 1;
    if (!found.hit) return;
    const answer = JSON.parse(found.response);
    expect([answer.userId, answer.question]).toEqual([this.userId, question]);
    // Nothing is given that was made from less than what was known before the look-up.
    for (const { id, version } of answer.sources) expect(version).toBeGreaterThanOrEqual(known.get(id) ?? 1);
    this.seen.savedMs += answer.generationMs;
  }

  async store(number: number): Promise<void> {
    const question = below(QUESTIONS);
    const sources = this.memories.filter(() => Math.random() < 0.1).map((memory) => ({ ...memory }));
    const generationMs = below(3_000);
    const input = {
      text: toText(question),
      response: JSON.stringify({ userId: this.userId, question, sources, generationMs }),
      tags: [`t${below(9)}`],
      ttlSeconds: Math.random() < 0.2 ? 1 : 600,
      generationMs,
      dependsOn: { memories: sources },
      ...(Math.random() < 0.3 && { idempotencyKey: `store-${number}` }),
    };
    const first = await this.client.cache.store.mutate(input);
    if (input.idempotencyKey) expect(await this.client.cache.store.mutate(input)).toEqual(first);
  }

  async invalidate(): Promise<void> {
    const { cache } = this.client;
    const way = below(3);
    if (way === 0) await cache.invalidate.mutate({ text: toText(below(QUESTIONS)) });
    else if (way === 1) await cache.invalidate.mutate({ tag: `t${below(9)}` });
    else await cache.invalidate.mutate({ memory: this.memories[below(MEMORIES)]?.id ?? "" });
  }

  async changeMemory(number: number): Promise<void> {
    const place = below(MEMORIES);
    const memory = this.memories[place];
    if (!memory) return;
    if (Math.random() < 0.3) {
      await this.client.memory.forget.mutate({ id: memory.id });
      await this.addMemory(place, `Fact ${number}`);
      return;
    }
    const change = this.client.memory.update.mutate({ id: memory.id, content: `Fact ${number}, changed` });
    const changed = await change.catch((error: unknown) => {
      expect(errorReason(error)).toBe("MEMORY_NOT_FOUND");
      return memory;
    });
    memory.version = Math.max(memory.version, changed.version);
  }

  async addMemory(place: number, content: string): Promise<void> {
    const { id, version } = await this.client.memory.add.mutate({ content });
    this.memories[place] = { id, version };
  }
}

const toText = (question: number) => `What about number ${question}`;

/** One step of a caller, which is one call, or a few. */
async function step(user: Watched, number: number): Promise<void> {
  const turn = below(100);
  if (turn < 60) await user.lookUp();
  else if (turn < 85) await user.store(number);
  else if (turn < 89) await user.invalidate();
  else if (turn < 93) await user.changeMemory(number);
  else if (turn < 96) await user.client.cache.clear.mutate({ all: turn === 95 });
  else await assertSound(user);
}

/** Holds at any moment, whatever goes on. */
async function assertSound({ client }: Watched): Promise<void> {
  const { entries, stored, evictions, invalidations, expirations } = await client.cache.stats.query();
  expect(entries).toBe(stored - evictions - invalidations - expirations);
  expect(entries).toBeLessThanOrEqual(ENTRIES_MAX);
}

async function countRows({ userId }: Watched) {
  const { db } = server.keepsake.services;
  const [rows] = await db.execute<{ entries: string; orphans: string }>(sql`select
    (select count(*) from response_cache where user_id = ${userId}) as entries,
    (select count(*) from cache_dependencies where user_id = ${userId}
      and cache_id not in (select id from response_cache where user_id = ${userId})) as orphans`);
  return { entries: Number(rows?.entries), orphans: Number(rows?.orphans) };
}

test(`after ${CALLS} mixed calls of ${CALLERS} callers, counters, tables and what the callers saw agree`, async () => {
  const users = USERS.map((userId) => new Watched(userId));
  for (const user of users) {
    for (let place = 0; place < MEMORIES; place += 1) await user.addMemory(place, `Place ${place}`);
  }
  let left = CALLS;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await step(users[below(users.length)] ?? new Watched("nobody"), left);
      // As the schedule does, and another server's.
      if (left % 200 === 0) await sweepCaches(server.keepsake.services, AbortSignal.timeout(60_000));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  for (const user of users) {
    const counts = await user.client.cache.stats.query();
    const { hits, misses, savedMs } = user.seen;
    expect(counts).toMatchObject({ hits, misses, secondsSaved: savedMs / 1000, hitRate: hits / (hits + misses) });
    expect(await countRows(user)).toEqual({ entries: counts.entries, orphans: 0 });
    expect(Math.min(hits, misses, counts.evictions, counts.invalidations)).toBeGreaterThan(0);
    await assertSound(user);
    if (printsCounts) console.log(server.engine, user.userId, counts);
  }
}, 600_000);

test("sixteen callers who ask the same at once are sixteen hits of one answer, or sixteen misses", async () => {
  const { cache } = server.clientOf("same");
  const ask = (text: string) => Promise.all(Array.from({ length: 16 }, () => cache.lookup.mutate({ text })));
  await cache.store.mutate({ text: "Same?", response: "Yes", generationMs: 100 });
  expect((await ask("same")).every(({ hit }) => hit)).toBe(true);
  expect((await ask("other")).some(({ hit }) => hit)).toBe(false);
  expect((await cache.list.query()).items).toMatchObject([{ hitCount: 16 }]);
  expect(await cache.stats.query()).toMatchObject({ hits: 16, misses: 16, hitRate: 0.5, secondsSaved: 1.6 });
});

test("sixteen callers who answer the same question at once keep one answer, and lose no look-up meanwhile", async () => {
  const { cache } = server.clientOf("one");
  await cache.store.mutate({ text: "One?", response: "first" });
  const stores = Array.from({ length: 16 }, (_, number) =>
    cache.store.mutate({ text: "one", response: `answer ${number}` }),
  );
  const lookups = Array.from({ length: 16 }, () => cache.lookup.mutate({ text: "One?" }));
  await Promise.all(stores);
  expect((await Promise.all(lookups)).every(({ hit }) => hit)).toBe(true);
  expect(await cache.stats.query()).toMatchObject({ entries: 1, stored: 1, hits: 16, misses: 0 });
});

test("a maximum that was lowered is reached by the next sweep", async () => {
  const { cache } = server.clientOf("lowered");
  for (let number = 0; number < ENTRIES_MAX; number += 1)
    await cache.store.mutate({ text: `n ${number}`, response: "x" });
  await cache.lookup.mutate({ text: "n 0" });
  const { services } = server.keepsake;
  const settings = { ...services.settings, cacheEntriesMax: 3 };
  await sweepCaches({ ...services, settings }, AbortSignal.timeout(10_000));
  const { items } = await cache.list.query();
  expect(items.map(({ text }) => text).sort()).toEqual(["n 0", `n ${ENTRIES_MAX - 2}`, `n ${ENTRIES_MAX - 1}`]);
  expect(await cache.stats.query()).toMatchObject({ entries: 3, evictions: ENTRIES_MAX - 3 });
});
