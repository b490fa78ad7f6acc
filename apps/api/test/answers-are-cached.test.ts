import { errorReason, inputIssues, type KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sweepCaches } from "../src/cache/sweep.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Lookup = Parameters<KeepsakeClient["cache"]["lookup"]["mutate"]>[0];

const respond = async (client: KeepsakeClient, question: Lookup) => {
  const found = await client.cache.lookup.mutate(question);
  return found.hit ? found.response : null;
};

/** Makes everything in a user's cache so much older. */
const letPass = (userId: string, seconds: number) =>
  server.keepsake.services.db.execute(sql`update response_cache set
    created_at = created_at - make_interval(secs => ${seconds}), used_at = used_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds}) where user_id = ${userId}`);

const sweep = () => sweepCaches(server.keepsake.services, AbortSignal.timeout(10_000));

describe("an answer", () => {
  test("comes back as it was given, with what its keeper wrote beside it", async () => {
    const { cache } = server.clientOf("whole");
    const answer = {
      text: "Kto ma zapasowy klucz?",
      language: "pl",
      response: "Ania – „ta z dołu” 💡\n\t z wiekiem 1½",
      tags: ["keys", "people"],
      metadata: { model: "bielik", tokens: [1, 2], nested: { ok: true } },
    };
    const stored = await cache.store.mutate(answer);
    const found = await cache.lookup.mutate({ text: answer.text, language: "pl" });
    if (!stored.cached || !found.hit) throw new Error("the answer was not kept");
    const { text: _, ...kept } = answer;
    expect(found).toMatchObject({ ...kept, match: "exact", id: stored.id, key: stored.key });
    expect(found.expiresAt.getTime() - found.createdAt.getTime()).toBe(3_600_000);
    expect(found.expiresAt).toEqual(stored.expiresAt);
  });

  test("is found by the same words in any case, with any white space and final mark", async () => {
    const client = server.clientOf("forms");
    await client.cache.store.mutate({ text: "Who has the key?", response: "Ann" });
    for (const text of ["who has the key", "WHO HAS THE KEY?!", "  who\thas\nthe  key . "]) {
      expect(await respond(client, { text }), text).toBe("Ann");
    }
  });

  test("is not given for other digits, signs, units or words", async () => {
    const client = server.clientOf("digits");
    await client.cache.store.mutate({ text: "Is 21.5 °C warm?", response: "Quite" });
    const others = ["Is 22.5 °C warm?", "Is 215 °C warm?", "Is -21.5 °C warm?", "Is 21.5°C warm?", "Is 21.5 °F warm?"];
    for (const text of [...others, "Is 21.5 °C cold?"]) expect(await respond(client, { text }), text).toBeNull();
    expect(await respond(client, { text: "is 21.5 °C warm" })).toBe("Quite");
  });

  test("belongs to its language", async () => {
    const client = server.clientOf("languages");
    await client.cache.store.mutate({ text: "Radio?", language: "pl", response: "Stoi w kuchni" });
    await client.cache.store.mutate({ text: "Radio?", language: "en", response: "It is in the kitchen" });
    expect(await respond(client, { text: "radio", language: "PL" })).toBe("Stoi w kuchni");
    expect(await respond(client, { text: "radio", language: "en" })).toBe("It is in the kitchen");
    expect(await respond(client, { text: "radio" })).toBeNull();
  });

  test("belongs to its user", async () => {
    const ann = server.clientOf("ann");
    const bob = server.clientOf("bob");
    const stored = await ann.cache.store.mutate({ text: "Who am I?", response: "Ann", tags: ["who"] });
    if (!stored.cached) throw new Error("the answer was not kept");
    expect(await respond(bob, { text: "Who am I?" })).toBeNull();
    const { id, key } = stored;
    for (const target of [{ id }, { key }, { tag: "who" }, { text: "Who am I?" }]) {
      expect(await bob.cache.invalidate.mutate(target)).toEqual({ removed: 0 });
    }
    expect(await bob.cache.clear.mutate({ all: true })).toEqual({ removed: 0 });
    expect((await bob.cache.list.query()).items).toEqual([]);
    expect(await bob.cache.stats.query()).toMatchObject({ entries: 0, hits: 0, misses: 1, stored: 0 });
    expect(await respond(ann, { text: "Who am I?" })).toBe("Ann");
  });

  test("takes the place of the one before, with an id of its own", async () => {
    const client = server.clientOf("again");
    const question = { text: "When is the bin collected?" };
    const first = await client.cache.store.mutate({ ...question, response: "Monday", tags: ["old"] });
    await respond(client, question);
    const second = await client.cache.store.mutate({ text: "when is the bin collected", response: "Tuesday" });
    if (!first.cached || !second.cached) throw new Error("the answer was not kept");
    expect(second.key).toBe(first.key);
    expect(await client.cache.invalidate.mutate({ id: first.id })).toEqual({ removed: 0 });
    const { items } = await client.cache.list.query();
    expect(items).toMatchObject([{ id: second.id, response: "Tuesday", tags: [], hitCount: 0, lastHitAt: null }]);
    expect(await client.cache.stats.query()).toMatchObject({ entries: 1, stored: 1, hits: 1 });
  });

  test("stored again with one key is stored once, and another answer under that key is refused", async () => {
    const { cache } = server.clientOf("retry");
    const input = { text: "Twice?", response: "Once", idempotencyKey: "k1" };
    const answers = await Promise.all(Array.from({ length: 16 }, () => cache.store.mutate(input)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const other = cache.store.mutate({ ...input, response: "Another" });
    expect(await other.then(() => null, errorReason)).toBe("IDEMPOTENCY_MISMATCH");
    expect(await cache.stats.query()).toMatchObject({ entries: 1, stored: 1 });
  });
});

describe("time", () => {
  test("an answer is given until its time is over, and not a moment longer, swept or not", async () => {
    const client = server.clientOf("time");
    await client.cache.store.mutate({ text: "Short?", response: "a", ttlSeconds: 60 });
    await client.cache.store.mutate({ text: "Long?", response: "b" });
    await letPass("time", 55);
    expect(await respond(client, { text: "Short?" })).toBe("a");
    await letPass("time", 6);
    expect(await respond(client, { text: "Short?" })).toBeNull();
    expect(await respond(client, { text: "Long?" })).toBe("b");
    expect(await client.cache.stats.query()).toMatchObject({ entries: 2, expired: 1, expirations: 0 });
    expect((await client.cache.list.query()).items.map(({ text }) => text)).toEqual(["Long?"]);
    expect((await client.cache.list.query({ includeExpired: true })).items).toHaveLength(2);
  });

  test("what expired is swept away, of every user, by several servers at once too", async () => {
    for (const name of ["swept-1", "swept-2"]) {
      const client = server.clientOf(name);
      for (let number = 0; number < 20; number += 1) {
        await client.cache.store.mutate({
          text: `Question ${number}`,
          response: "x",
          ttlSeconds: number < 15 ? 60 : 600,
        });
      }
      await letPass(name, 61);
    }
    await Promise.all([sweep(), sweep(), sweep()]);
    for (const name of ["swept-1", "swept-2"]) {
      const counts = await server.clientOf(name).cache.stats.query();
      expect(counts).toMatchObject({ entries: 5, expired: 0, stored: 20, expirations: 15 });
    }
    expect(await sweep()).toBe(0);
  });

  test("clearing removes what expired; everything only when told so", async () => {
    const client = server.clientOf("clear");
    for (const ttlSeconds of [60, 60, 600]) {
      await client.cache.store.mutate({ text: `For ${ttlSeconds}, ${Math.random()}`, response: "x", ttlSeconds });
    }
    await letPass("clear", 61);
    expect(await client.cache.clear.mutate({ idempotencyKey: "c1" })).toEqual({ removed: 2 });
    expect(await client.cache.clear.mutate()).toEqual({ removed: 0 });
    expect(await client.cache.clear.mutate({ idempotencyKey: "c1" })).toEqual({ removed: 2 });
    expect(await client.cache.clear.mutate({ all: true })).toEqual({ removed: 1 });
    expect(await client.cache.stats.query()).toMatchObject({ entries: 0, expirations: 2, invalidations: 1 });
  });
});

describe("taking out", () => {
  test("goes by id, by key, by the question's words and by tag", async () => {
    const { cache } = server.clientOf("targets");
    const store = async (text: string, tags: string[] = []) => {
      const stored = await cache.store.mutate({ text, language: "en", response: text, tags });
      if (!stored.cached) throw new Error("the answer was not kept");
      return stored;
    };
    const one = await store("One?");
    const two = await store("Two?");
    await store("Three?");
    await store("Four?", ["x, y", 'quoted " \\']);
    await store("Five?", ['quoted " \\']);
    await store("Six?");
    expect(await cache.invalidate.mutate({ id: one.id.toUpperCase() })).toEqual({ removed: 1 });
    expect(await cache.invalidate.mutate({ key: two.key })).toEqual({ removed: 1 });
    expect(await cache.invalidate.mutate({ text: "three" })).toEqual({ removed: 0 });
    expect(await cache.invalidate.mutate({ text: "three", language: "en" })).toEqual({ removed: 1 });
    expect(await cache.invalidate.mutate({ tag: "x" })).toEqual({ removed: 0 });
    expect(await cache.invalidate.mutate({ tag: 'quoted " \\' })).toEqual({ removed: 2 });
    expect((await cache.list.query()).items.map(({ text }) => text)).toEqual(["Six?"]);
    expect(await cache.stats.query()).toMatchObject({ stored: 6, entries: 1, invalidations: 5 });
  });

  test("sent again with its key takes nothing more", async () => {
    const { cache } = server.clientOf("target-retry");
    await cache.store.mutate({ text: "Gone?", response: "x", tags: ["t"] });
    expect(await cache.invalidate.mutate({ tag: "t", idempotencyKey: "i" })).toEqual({ removed: 1 });
    await cache.store.mutate({ text: "New?", response: "x", tags: ["t"] });
    expect(await cache.invalidate.mutate({ tag: "t", idempotencyKey: "i" })).toEqual({ removed: 1 });
    expect(await cache.stats.query()).toMatchObject({ entries: 1, invalidations: 1 });
  });
});

describe("what is never kept", () => {
  test.each(["turn_on", "TurnOff", "light.turn_on", "get_state"])("an answer to the intent %s", async (intent) => {
    const { cache } = server.clientOf("intents");
    const refused = await cache.store.mutate({ text: "Kitchen?", response: "On", intent });
    expect(refused).toEqual({ cached: false, reason: "never_intent" });
    expect(await cache.stats.query()).toMatchObject({ entries: 0, stored: 0 });
  });

  test("an answer to a command, though nobody named its intent", async () => {
    const { cache } = server.clientOf("commands");
    for (const text of ["Turn on the kitchen light", "Proszę zgaś światło"]) {
      const refused = await cache.store.mutate({ text, response: "Done", idempotencyKey: `k-${text.length}` });
      expect(refused).toEqual({ cached: false, reason: "command" });
    }
    expect(
      await cache.store.mutate({ text: "Who turned on the light?", response: "Ann", intent: "question" }),
    ).toMatchObject({
      cached: true,
    });
  });
});

describe("listing", () => {
  test("goes page by page, newest first, and by tag", async () => {
    const { cache } = server.clientOf("pages");
    for (let number = 0; number < 7; number += 1) {
      await cache.store.mutate({ text: `Page ${number}`, response: "x", tags: [number % 2 ? "odd" : "even"] });
    }
    await cache.store.mutate({ text: "page 0", response: "newer", tags: ["even"] });
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await cache.list.query({ limit: 3, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ text }) => text));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(["page 0", "Page 6", "Page 5", "Page 4", "Page 3", "Page 2", "Page 1"]);
    const odd = await cache.list.query({ tag: "odd" });
    expect(odd.items.map(({ text }) => text)).toEqual(["Page 5", "Page 3", "Page 1"]);
  });

  test("tells how an answer is used", async () => {
    const client = server.clientOf("used");
    await client.cache.store.mutate({ text: "Used?", response: "x", generationMs: 1_500 });
    for (let time = 0; time < 3; time += 1) await respond(client, { text: "used" });
    await respond(client, { text: "unused" });
    const [item] = (await client.cache.list.query()).items;
    expect(item).toMatchObject({ hitCount: 3, generationMs: 1_500, lastHitAt: expect.any(Date) });
    expect(await client.cache.stats.query()).toEqual({
      ...{ entries: 1, expired: 0, stored: 1, evictions: 0, invalidations: 0, expirations: 0 },
      ...{ hits: 3, misses: 1, hitRate: 0.75, secondsSaved: 4.5, maxEntries: 1_000, ttlSeconds: 3_600 },
    });
  });
});

describe("a caller's mistake", () => {
  const ok = { text: "a", response: "b" };
  const store = (input: object) => (client: KeepsakeClient) => client.cache.store.mutate(input as typeof ok);
  const invalidate = (input: object) => (client: KeepsakeClient) => client.cache.invalidate.mutate(input);
  test.each<[string, (client: KeepsakeClient) => Promise<unknown>, string]>([
    ["no text", store({ response: "b" }), "text"],
    ["an empty text", store({ ...ok, text: " \n" }), "text"],
    ["a NUL character", store({ ...ok, response: "a\0b" }), "response"],
    ["a response that is too long", store({ ...ok, response: "x".repeat(32_769) }), "response"],
    ["no time to live", store({ ...ok, ttlSeconds: 0 }), "ttlSeconds"],
    ["more than a year to live", store({ ...ok, ttlSeconds: 31_536_001 }), "ttlSeconds"],
    ["a fraction of a millisecond", store({ ...ok, generationMs: 0.5 }), "generationMs"],
    ["an odd language", store({ ...ok, language: "p" }), "language"],
    ["an unknown field", store({ ...ok, ttl: 5 }), "ttl"],
    ["a source that is no id", store({ ...ok, dependsOn: { memories: ["x"] } }), "dependsOn.memories.0"],
    [
      "a source of version 0",
      store({ ...ok, dependsOn: { preferences: [{ key: "k", version: 0 }] } }),
      "dependsOn.preferences.0.version",
    ],
    ["another kind of source", store({ ...ok, dependsOn: { people: [] } }), "dependsOn.people"],
    ["metadata that is no object", store({ ...ok, metadata: [1] }), "metadata"],
    ["no target", invalidate({}), ""],
    ["two targets", invalidate({ tag: "a", text: "b" }), ""],
    ["a language without its text", invalidate({ tag: "a", language: "pl" }), "language"],
    ["a key that is none", invalidate({ key: "abc" }), "key"],
    ["a strange cursor", (client) => client.cache.list.query({ cursor: "abc" }), "cursor"],
    ["a flag that is none", (client) => client.cache.clear.mutate({ all: "false" as unknown as boolean }), "all"],
  ])("%s is named", async (_, call, path) => {
    const error = await call(server.clientOf("mistakes")).then(
      () => null,
      (refused: unknown) => refused,
    );
    expect(errorReason(error)).toBe("INVALID_INPUT");
    expect(inputIssues(error).map((issue) => issue.path)).toContain(path);
  });
});

test("a user who never did anything has an empty cache, and counts of nothing", async () => {
  const { cache } = server.clientOf("nobody");
  expect(await cache.stats.query()).toMatchObject({ entries: 0, hits: 0, misses: 0, hitRate: 0, secondsSaved: 0 });
  expect(await cache.list.query()).toEqual({ items: [], nextCursor: null });
  expect(await cache.clear.mutate({ all: true })).toEqual({ removed: 0 });
  expect(await cache.invalidate.mutate({ preference: "user.wake_time" })).toEqual({ removed: 0 });
  expect(await cache.lookup.mutate({ text: "x".repeat(32_768) })).toEqual({ hit: false });
});
