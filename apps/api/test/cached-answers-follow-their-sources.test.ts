import type { KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eraseForgotten } from "../src/memory/store.ts";
import { eraseForGood } from "../src/platform/erasure.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type StoreInput = Parameters<KeepsakeClient["cache"]["store"]["mutate"]>[0];

const CHANGED = { cached: false, reason: "dependency_changed" };
const MISSING = "01900000-0000-7000-8000-000000000000";

const keep = (
  client: KeepsakeClient,
  text: string,
  dependsOn: StoreInput["dependsOn"],
  more: Partial<StoreInput> = {},
) => client.cache.store.mutate({ text, response: `Answer to ${text}`, ...(dependsOn && { dependsOn }), ...more });

const isKept = async (client: KeepsakeClient, text: string) => (await client.cache.lookup.mutate({ text })).hit;

const remember = async (client: KeepsakeClient, content: string, more: { expiresAt?: Date } = {}) =>
  (await client.memory.add.mutate({ content, ...more })).id;

/** Makes a user's memories and answers a minute older. */
async function letMinutePass(userId: string): Promise<void> {
  const { db } = server.keepsake.services;
  const earlier = sql`expires_at = expires_at - interval '1 minute'`;
  await db.execute(sql`update knowledge set ${earlier} where user_id = ${userId}`);
  await db.execute(sql`update response_cache set ${earlier} where user_id = ${userId}`);
}

const below = (limit: number) => Math.floor(Math.random() * limit);

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("an answer made from a memory", () => {
  const changes: [string, (client: KeepsakeClient, id: string) => Promise<unknown>][] = [
    ["says something else", (client, id) => client.memory.update.mutate({ id, content: "Ben has the key" })],
    ["is no longer true", (client, id) => client.memory.update.mutate({ id, validTo: new Date() })],
    ["gets another tag", (client, id) => client.memory.update.mutate({ id, tags: ["other"] })],
    ["is forgotten", (client, id) => client.memory.forget.mutate({ id })],
  ];
  test.each(changes)("goes when the memory %s, and no other answer goes with it", async (what, change) => {
    const client = server.clientOf(what.replaceAll(" ", "-"));
    const id = await remember(client, "Ann has the key");
    const other = await remember(client, "The bin is collected on Monday");
    await keep(client, "Who has the key?", { memories: [other, id] });
    await keep(client, "Is it Ann?", { memories: [{ id, version: 1 }] });
    await keep(client, "When is the bin collected?", { memories: [other] });
    await keep(client, "Who are you?", undefined);
    await change(client, id);
    expect(await isKept(client, "Who has the key?")).toBe(false);
    expect(await isKept(client, "Is it Ann?")).toBe(false);
    expect(await isKept(client, "When is the bin collected?")).toBe(true);
    expect(await isKept(client, "Who are you?")).toBe(true);
    expect(await client.cache.stats.query()).toMatchObject({ entries: 2, stored: 4, invalidations: 2 });
  });

  test("tells what it was made from, each once, and goes by it", async () => {
    const client = server.clientOf("listed");
    const ids = [await remember(client, "One"), await remember(client, "Two")];
    const [one = ""] = ids;
    await client.preferences.set.mutate({ key: 'user."odd", {key}', value: 1 });
    await keep(client, "Both?", {
      memories: [...ids, { id: one.toUpperCase(), version: 1 }],
      preferences: ['user."odd", {key}'],
    });
    await keep(client, "One?", { memories: [one] });
    const [oneOnly, both] = (await client.cache.list.query()).items;
    expect(both?.dependsOn).toEqual({ memories: ids, preferences: ['user."odd", {key}'] });
    expect(oneOnly?.dependsOn).toEqual({ memories: [one], preferences: [] });
    expect(await client.cache.invalidate.mutate({ preference: "user" })).toEqual({ removed: 0 });
    expect(await client.cache.invalidate.mutate({ preference: 'user."odd", {key}' })).toEqual({ removed: 1 });
    expect(await client.cache.invalidate.mutate({ memory: one })).toEqual({ removed: 1 });
  });

  test("is not kept when the memory is another by then, forgotten, or never was", async () => {
    const client = server.clientOf("too-late");
    const id = await remember(client, "Version one");
    await client.memory.update.mutate({ id, content: "Version two" });
    expect(await keep(client, "Late?", { memories: [{ id, version: 1 }] })).toEqual(CHANGED);
    expect(
      await keep(client, "Odd?", {
        memories: [
          { id, version: 1 },
          { id, version: 2 },
        ],
      }),
    ).toEqual(CHANGED);
    expect(await keep(client, "Never?", { memories: [id, MISSING] })).toEqual(CHANGED);
    expect(await keep(client, "Now?", { memories: [{ id, version: 2 }] })).toMatchObject({ cached: true });
    const foreign = await remember(server.clientOf("somebody-else"), "Not yours");
    expect(await keep(client, "Foreign?", { memories: [foreign] })).toEqual(CHANGED);
    await client.memory.forget.mutate({ id });
    expect(await keep(client, "Forgotten?", { memories: [id] })).toEqual(CHANGED);
    expect(await client.cache.stats.query()).toMatchObject({ entries: 0, stored: 1, invalidations: 1 });
  });

  test("loses the sources of the answer before when it takes its place", async () => {
    const client = server.clientOf("replaced");
    const [old, fresh] = [await remember(client, "Old"), await remember(client, "Fresh")];
    await keep(client, "Which?", { memories: [old] });
    await keep(client, "which", { memories: [fresh] });
    await client.memory.forget.mutate({ id: old });
    expect(await isKept(client, "Which?")).toBe(true);
    await client.memory.forget.mutate({ id: fresh });
    expect(await isKept(client, "Which?")).toBe(false);
  });

  test("never outlives the memory", async () => {
    const client = server.clientOf("outlives");
    const expiresAt = new Date(Date.now() + 60_000);
    const id = await remember(client, "The guests stay for a moment", { expiresAt });
    const stored = await keep(client, "Are there guests?", { memories: [id] }, { ttlSeconds: 600 });
    if (!stored.cached) throw new Error("the answer was not kept");
    expect(stored.expiresAt).toEqual(expiresAt);
    expect(await isKept(client, "Are there guests?")).toBe(true);
    await letMinutePass("outlives");
    expect(await isKept(client, "Are there guests?")).toBe(false);
    expect(await keep(client, "Still?", { memories: [id] })).toEqual(CHANGED);
    // Adding the same again makes another memory; the answer of the expired one goes for good.
    await remember(client, "The guests stay for a moment");
    expect(await client.cache.stats.query()).toMatchObject({ entries: 0, stored: 1, expirations: 1 });
  });
});

describe("an answer made from a preference", () => {
  test("goes when the preference changes or is deleted, and is not kept once it did", async () => {
    const client = server.clientOf("preference");
    const set = (value: string) => client.preferences.set.mutate({ key: "user.wake_time", value });
    const keepFrom = (version: number) => keep(client, "When?", { preferences: [{ key: "user.wake_time", version }] });
    expect(await keepFrom(1)).toEqual(CHANGED);
    await set("07:00");
    expect(await keepFrom(1)).toMatchObject({ cached: true });
    await set("07:00");
    expect(await isKept(client, "When?")).toBe(true);
    await set("08:00");
    expect(await isKept(client, "When?")).toBe(false);
    expect(await keepFrom(1)).toEqual(CHANGED);
    expect(await keepFrom(2)).toMatchObject({ cached: true });
    await client.preferences.delete.mutate({ key: "user.wake_time" });
    expect(await isKept(client, "When?")).toBe(false);
    await set("07:00");
    expect(await keepFrom(1)).toEqual(CHANGED);
  });
});

describe("at the same moment", () => {
  const ROUNDS = 60;

  test("an answer made from version 1 is never kept beside version 2", async () => {
    const client = server.clientOf("race");
    const kept = { before: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await remember(client, `Race ${round}`);
      const key = `race.${round}`;
      await client.preferences.set.mutate({ key, value: 1 });
      const text = `Race ${round}?`;
      const change = async () => {
        await wait(Math.random() * 6);
        if (round % 3 === 0) await client.memory.update.mutate({ id, content: `Race ${round}, changed` });
        else if (round % 3 === 1) await client.memory.forget.mutate({ id });
        else await client.preferences.set.mutate({ key, value: 2 });
      };
      const store = async () => {
        await wait(Math.random() * 6);
        const sources = { memories: [{ id, version: 1 }], preferences: [{ key, version: 1 }] };
        const stored = await keep(client, text, sources);
        kept[stored.cached ? "before" : "refused"] += 1;
      };
      await Promise.all([change(), store()]);
      expect(await isKept(client, text), text).toBe(false);
    }
    // Both orders came up, so that the race was one.
    expect(Math.min(kept.before, kept.refused)).toBeGreaterThan(0);
    const counts = await client.cache.stats.query();
    expect(counts).toMatchObject({ entries: 0, stored: kept.before, invalidations: kept.before });
  });

  test("many answers from many memories, stored, changed and added again in any order, block nobody", async () => {
    const client = server.clientOf("blocked");
    const contents = Array.from({ length: 12 }, (_, number) => `Shared fact ${number}`);
    const { results } = await client.memory.addMany.mutate({ items: contents.map((content) => ({ content })) });
    const ids = results.map(({ id }) => id);
    const pick = () => ids.toSorted(() => Math.random() - 0.5).slice(0, 6);
    const calls = Array.from({ length: 120 }, (_, number) => async () => {
      if (number % 8 === 0) return client.memory.update.mutate({ id: pick()[0] ?? "", importance: Math.random() });
      if (number % 8 === 4) return client.preferences.set.mutate({ key: `k${below(4)}`, value: number });
      if (number % 4 === 1) {
        const items = contents
          .toSorted(() => Math.random() - 0.5)
          .map((content) => ({ content, tags: [`t${number}`] }));
        return client.memory.addMany.mutate({ items });
      }
      return keep(client, `Question ${number % 20}`, { memories: pick(), preferences: [`k${below(4)}`] });
    });
    const callers = Array.from({ length: 16 }, async () => {
      for (let call = calls.pop(); call; call = calls.pop()) await call();
    });
    await Promise.all(callers);
    const { entries, stored, evictions, invalidations, expirations } = await client.cache.stats.query();
    expect(entries).toBe(stored - evictions - invalidations - expirations);
  });
});

test("when a memory is erased, no word of an answer made from it is left in any table", async () => {
  const client = server.clientOf("erased");
  const { db } = server.keepsake.services;
  const id = await remember(client, "The password of the safe is Wisteria");
  const input = { text: "What opens the safe?", response: "Say Wisteria to it", metadata: { said: "Wisteria" } };
  await client.cache.store.mutate({ ...input, dependsOn: { memories: [id] }, idempotencyKey: "stored" });
  await isKept(client, "What opens the safe?");
  await client.memory.forget.mutate({ id, idempotencyKey: "forgotten" });
  await db.execute(sql`update knowledge set forgotten_at = now() - interval '31 days' where user_id = ${"erased"}`);
  await eraseForGood(server.keepsake.services, [eraseForgotten], AbortSignal.timeout(10_000));
  const [left] = await db.execute<{ words: string }>(sql`select
    (select coalesce(string_agg(response_cache::text, ' '), '') from response_cache where user_id = ${"erased"})
    || (select coalesce(string_agg(cache_dependencies::text, ' '), '') from cache_dependencies where user_id = ${"erased"})
    || (select coalesce(string_agg(idempotency_keys::text, ' '), '') from idempotency_keys where user_id = ${"erased"})
    || (select coalesce(string_agg(knowledge::text, ' '), '') from knowledge where user_id = ${"erased"}) as words`);
  expect(left?.words).not.toMatch(/wisteria|safe/i);
});
