import { errorReason } from "@keepsake/client";
import type { JsonObject } from "@keepsake/contract";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);

describe("a preference", () => {
  test("is set, found and listed by key, value and category", async () => {
    const { preferences } = server.clientOf("plan");
    const given = { key: "entity_alias.my_office", value: { entity_id: "light.office_main" }, category: "aliases" };
    const { applied, ...stored } = await preferences.set.mutate(given);
    expect(applied).toBe(true);
    expect(stored).toMatchObject({ ...given, origin: "explicit", confidence: 1, version: 1 });
    expect(stored.createdAt).toBeInstanceOf(Date);
    expect(await preferences.get.query({ key: given.key })).toEqual(stored);
    expect(await preferences.list.query({ category: "aliases" })).toEqual({ items: [stored], nextCursor: null });
  });

  test.each([
    ["null", null],
    ["false", false],
    ["true", true],
    ["0", 0],
    ["a number", -21.5],
    ["a very small number", 5e-324],
    ["an empty text", ""],
    ["a text that reads as a number", "5"],
    ["a text that reads as null", "null"],
    ["a text in quotes", '"quoted"'],
    ["a text that reads as JSON", '{"a": [1]}'],
    ["Polish and other scripts", "Zażółć gęślą jaźń — „cytat”, 👩‍🚒 \u202Eright to left\u202C\n\t"],
    ["an empty list", []],
    ["an empty object", {}],
    ["everything at once", { a: [null, false, 0, "", "5", { "": { "b.c": null } }], "zażółć gęślą": [[[]]] }],
  ])("keeps %s as it was given, through a change and in its history", async (name, value) => {
    const { preferences } = server.clientOf("values");
    const key = `value of ${name}`;
    expect((await preferences.set.mutate({ key, value })).value).toStrictEqual(value);
    expect((await preferences.get.query({ key })).value).toStrictEqual(value);
    await preferences.set.mutate({ key, value: "another" });
    const { items } = await preferences.history.query({ key });
    expect(items.map((item) => item.value)).toStrictEqual(["another", value]);
  });

  test("is not found when it never was, was deleted, or has another letter", async () => {
    const { preferences } = server.clientOf("absent");
    await preferences.set.mutate({ key: "user.name", value: "Ola" });
    for (const key of ["user", "user.names", "User.name", "user.nam_", "user.%"]) {
      expect(await reasonOf(preferences.get.query({ key })), key).toBe("PREFERENCE_NOT_FOUND");
    }
    await preferences.delete.mutate({ key: "user.name" });
    for (const key of ["user.name", "user.names"]) {
      expect(await reasonOf(preferences.get.query({ key }))).toBe("PREFERENCE_NOT_FOUND");
      expect(await reasonOf(preferences.delete.mutate({ key }))).toBe("PREFERENCE_NOT_FOUND");
    }
  });

  test("has one key however its letters are composed", async () => {
    const { preferences } = server.clientOf("unicode");
    const decomposed = "entity_alias.ło\u0301z\u0307ko";
    expect((await preferences.set.mutate({ key: decomposed, value: 1 })).key).toBe("entity_alias.łóżko");
    expect((await preferences.get.query({ key: "entity_alias.łóżko" })).value).toBe(1);
    expect((await preferences.list.query({ keyPrefix: "entity_alias.ło\u0301" })).items).toHaveLength(1);
  });

  test("that is the same once more is no new version", async () => {
    const { preferences } = server.clientOf("same");
    const set = (value: JsonObject) => preferences.set.mutate({ key: "k", value, category: "c", confidence: 0.7 });
    const first = await set({ a: -0, b: [1, { c: 2, d: 3 }] });
    expect(await set({ b: [1, { d: 3, c: 2 }], a: 0 })).toEqual(first);
    expect((await set({ a: 0, b: [{ c: 2, d: 3 }, 1] })).version).toBe(2);
  });

  test("keeps its category until another one or none is named", async () => {
    const { preferences } = server.clientOf("categories");
    const categoryAfter = async (change: { category?: string | null; value: number }) =>
      (await preferences.set.mutate({ key: "k", ...change })).category;
    expect(await categoryAfter({ value: 1 })).toBeNull();
    expect(await categoryAfter({ value: 1, category: "home" })).toBe("home");
    expect(await categoryAfter({ value: 2 })).toBe("home");
    expect(await categoryAfter({ value: 2, category: null })).toBeNull();
    expect((await preferences.get.query({ key: "k" })).version).toBe(4);
  });
});

describe("a merge", () => {
  test("changes what it names, removes what it sets to null and leaves the rest", async () => {
    const { preferences } = server.clientOf("merge");
    const merge = (value: JsonObject) => preferences.set.mutate({ key: "light", value, mode: "merge" });
    await merge({ evening: { brightness: 50, colour: "warm" }, scenes: ["film", "dinner"], old: null });
    const merged = await merge({ evening: { brightness: 40, colour: null }, scenes: ["film"], morning: {} });
    expect(merged.value).toEqual({ evening: { brightness: 40 }, scenes: ["film"], morning: {} });
    expect(merged.version).toBe(2);
  });

  test("that would exceed the limits is refused as a whole", async () => {
    const { preferences } = server.clientOf("merge-limits");
    const letters = (letter: string) => letter.repeat(40_000);
    await preferences.set.mutate({ key: "k", value: { a: letters("a") } });
    const error = await preferences.set
      .mutate({ key: "k", value: { b: letters("b") }, mode: "merge" })
      .catch((caught: Error) => caught as Error);
    expect(errorReason(error)).toBe("INVALID_INPUT");
    expect(error).toHaveProperty("message", '"value" must be at most 65536 bytes as JSON, merged with what is stored.');
    expect(await preferences.get.query({ key: "k" })).toMatchObject({ version: 1, value: { a: letters("a") } });
  });
});

describe("a learned value", () => {
  test("never overwrites an explicit one, and an explicit one always wins", async () => {
    const { preferences } = server.clientOf("learned");
    const learned = { key: "user.wake_time", value: { time: "06:00" }, origin: "learned" } as const;
    const explicit = await preferences.set.mutate({ key: "user.wake_time", value: { time: "07:00" }, confidence: 0.1 });
    expect(await preferences.set.mutate({ ...learned, confidence: 1 })).toEqual({ ...explicit, applied: false });
    expect(await preferences.set.mutate({ ...learned, mode: "merge" })).toEqual({ ...explicit, applied: false });
    expect((await preferences.history.query({ key: "user.wake_time" })).items).toHaveLength(1);

    await preferences.set.mutate({ ...learned, key: "user.bed_time", confidence: 1 });
    const said = await preferences.set.mutate({ key: "user.bed_time", value: { time: "06:00" } });
    expect(said).toMatchObject({ origin: "explicit", confidence: 1, version: 2, applied: true });
  });

  test("gives way to one that is as sure or surer, not to one that is less so", async () => {
    const { preferences } = server.clientOf("confidence");
    const learn = async (value: string, confidence?: number) => {
      const rest = confidence === undefined ? {} : { confidence };
      const set = await preferences.set.mutate({ key: "drink", value, origin: "learned", ...rest });
      return [set.value, set.confidence, set.applied];
    };
    expect(await learn("tea")).toEqual(["tea", 0.5, true]);
    expect(await learn("coffee", 0.7)).toEqual(["coffee", 0.7, true]);
    expect(await learn("water", 0.69)).toEqual(["coffee", 0.7, false]);
    expect(await learn("water")).toEqual(["coffee", 0.7, false]);
    expect(await learn("milk", 0.7)).toEqual(["milk", 0.7, true]);
  });
});

describe("a version that a caller read", () => {
  test("is the only one that is changed or deleted", async () => {
    const { preferences } = server.clientOf("versions");
    const set = (value: number, expectedVersion: number) =>
      preferences.set.mutate({ key: "k", value, expectedVersion });
    expect(await reasonOf(set(1, 1))).toBe("VERSION_CONFLICT");
    expect(await set(1, 0)).toMatchObject({ version: 1, value: 1 });
    expect(await reasonOf(set(2, 0))).toBe("VERSION_CONFLICT");
    expect(await set(2, 1)).toMatchObject({ version: 2, value: 2 });
    expect(await reasonOf(set(3, 1))).toBe("VERSION_CONFLICT");
    expect(await reasonOf(preferences.delete.mutate({ key: "k", expectedVersion: 1 }))).toBe("VERSION_CONFLICT");
    expect(await preferences.get.query({ key: "k" })).toMatchObject({ version: 2, value: 2 });
    await preferences.delete.mutate({ key: "k", expectedVersion: 2 });
    expect(await reasonOf(set(3, 2))).toBe("VERSION_CONFLICT");
  });

  test("counts for a learned value too that would not be applied anyway", async () => {
    const { preferences } = server.clientOf("learned-version");
    await preferences.set.mutate({ key: "k", value: 1 });
    const learned = preferences.set.mutate({ key: "k", value: 2, origin: "learned", expectedVersion: 7 });
    expect(await reasonOf(learned)).toBe("VERSION_CONFLICT");
  });
});

describe("getMany", () => {
  test("answers in the order asked and names what there is not", async () => {
    const { preferences } = server.clientOf("many");
    for (const key of ["a", "b", "c"]) await preferences.set.mutate({ key, value: key });
    const { items, missing } = await preferences.getMany.query({ keys: ["c", "x", "a", "c", "y"] });
    expect(items.map(({ value }) => value)).toEqual(["c", "a"]);
    expect(missing).toEqual(["x", "y"]);
    expect(await preferences.getMany.query({ keys: [] })).toEqual({ items: [], missing: [] });
  });
});

describe("a list", () => {
  const keysOf = (page: { items: { key: string }[] }) => page.items.map(({ key }) => key);

  test("shows every preference once, page by page, in one order", async () => {
    const { preferences } = server.clientOf("pages");
    const keys = Array.from({ length: 23 }, (_, index) => `${"łaŻ_B.%ż\\'"[index % 10]} ${index}`);
    for (const key of keys) await preferences.set.mutate({ key, value: null });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { key: string }[]; nextCursor: string | null } = await preferences.list.query({
        limit: 5,
        ...(cursor !== null && { cursor }),
      });
      expect(page.items.length).toBeLessThanOrEqual(5);
      seen.push(...keysOf(page));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(23);
    expect(seen.toSorted()).toEqual(keys.toSorted());
    expect(seen).toEqual(keysOf(await preferences.list.query()));
  });

  test("goes on after a key that was deleted meanwhile", async () => {
    const { preferences } = server.clientOf("pages-deleted");
    for (const key of ["a", "b", "c"]) await preferences.set.mutate({ key, value: 1 });
    const { nextCursor } = await preferences.list.query({ limit: 2 });
    await preferences.delete.mutate({ key: "b" });
    expect(keysOf(await preferences.list.query({ limit: 2, cursor: String(nextCursor) }))).toEqual(["c"]);
  });

  test("takes a prefix letter by letter", async () => {
    const { preferences } = server.clientOf("prefixes");
    const keys = ["room_temperature.1", "roomxtemperature.1", "room%.1", "room\\.1", "Room_temperature.1", "żółty"];
    for (const key of keys) await preferences.set.mutate({ key, value: 1 });
    const withPrefix = async (keyPrefix: string) => keysOf(await preferences.list.query({ keyPrefix }));
    expect(await withPrefix("room_")).toEqual(["room_temperature.1"]);
    expect(await withPrefix("room%")).toEqual(["room%.1"]);
    expect(await withPrefix("room\\")).toEqual(["room\\.1"]);
    expect(await withPrefix("żół")).toEqual(["żółty"]);
    expect(await withPrefix("zol")).toEqual([]);
    expect(await withPrefix("")).toHaveLength(6);
  });

  test("is narrowed by category and origin together", async () => {
    const { preferences } = server.clientOf("filters");
    await preferences.set.mutate({ key: "a", value: 1, category: "home" });
    await preferences.set.mutate({ key: "b", value: 1, category: "home", origin: "learned" });
    await preferences.set.mutate({ key: "c", value: 1, origin: "learned" });
    const list = async (filter: object) => keysOf(await preferences.list.query(filter));
    expect(await list({ category: "home" })).toEqual(["a", "b"]);
    expect(await list({ origin: "learned" })).toEqual(["b", "c"]);
    expect(await list({ category: "home", origin: "learned", keyPrefix: "b" })).toEqual(["b"]);
    expect(await list({ category: "Home" })).toEqual([]);
  });
});

describe("the history of a key", () => {
  test("tells every version, newest first, and goes on when the key is deleted and set again", async () => {
    const { preferences } = server.clientOf("history");
    await preferences.set.mutate({ key: "k", value: 1, category: "c", origin: "learned", confidence: 0.25 });
    await preferences.set.mutate({ key: "k", value: 2 });
    const { deletedAt, erasedAfter } = await preferences.delete.mutate({ key: "k" });
    expect(erasedAfter.getTime() - deletedAt.getTime()).toBe(30 * 86_400_000);

    const deleted = await preferences.history.query({ key: "k" });
    expect(deleted.items.map(({ version }) => version)).toEqual([2, 1]);
    expect(deleted.items[0]?.replacedAt).toEqual(deletedAt);
    expect(deleted.items[1]?.replacedAt).toEqual(deleted.items[0]?.recordedAt);

    const again = await preferences.set.mutate({ key: "k", value: 3 });
    expect(again).toMatchObject({ version: 3, category: null, createdAt: again.updatedAt });
    const { items } = await preferences.history.query({ key: "k" });
    expect(items.map(({ value, category, origin, confidence }) => [value, category, origin, confidence])).toEqual([
      [3, null, "explicit", 1],
      [2, "c", "explicit", 1],
      [1, "c", "learned", 0.25],
    ]);
    expect(items[0]).toMatchObject({ recordedAt: again.updatedAt, replacedAt: null });
  });

  test("comes in pages, and fails for a key that never was", async () => {
    const { preferences } = server.clientOf("history-pages");
    for (let value = 1; value <= 5; value += 1) await preferences.set.mutate({ key: "k", value });
    const pages: number[][] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { version: number }[]; nextCursor: string | null } = await preferences.history.query({
        key: "k",
        limit: 2,
        ...(cursor !== null && { cursor }),
      });
      pages.push(page.items.map(({ version }) => version));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    expect(await reasonOf(preferences.history.query({ key: "never" }))).toBe("PREFERENCE_NOT_FOUND");
  });
});

test("a value that came by another way with a key that superjson refuses is still listed, without the key", async () => {
  const { preferences } = server.clientOf("imported");
  await preferences.set.mutate({ key: "k", value: 1 });
  await server.keepsake.services.db.execute(sql`update preferences
    set value = '{"constructor": {"a": 1}, "ok": [{"__proto__": 2, "fine": true}]}' where user_id = ${"imported"}`);
  expect((await preferences.list.query()).items[0]?.value).toEqual({ ok: [{ fine: true }] });
});
