import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// Typed by hand, as any HTTP client would send it.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  error?: { json: { message: string; data: { reason: string; issues?: { path: string; message: string }[] } } };
}

async function call(procedure: string, input: unknown) {
  const response = await server.post(`/trpc/preferences.${procedure}`, input, { "x-keepsake-user": "checked" });
  const { error } = (await response.json()) as Answer;
  return { status: response.status, issues: error?.json.data.issues ?? [], message: error?.json.message ?? "" };
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
const wide = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]));
const set = (fields: object) => ({ json: { key: "k", value: 1, ...fields } });

test.each([
  ["no key", { json: { value: 1 } }, "key", "is missing"],
  ["an empty key", set({ key: "" }), "key", "visible characters"],
  ["a key of white space", set({ key: " \t" }), "key", "visible characters"],
  ["a key with white space at its end", set({ key: "user.name " }), "key", "spaces only between words"],
  ["a key of two lines", set({ key: "user\nname" }), "key", "visible characters"],
  ["a NUL in its key", set({ key: "a\u0000b" }), "key", "visible characters"],
  ["half a surrogate pair in its key", set({ key: "a\ud800b" }), "key", "visible characters"],
  ["a key too long", set({ key: "x".repeat(256) }), "key", "at most 255 characters"],
  ["a key that composed is too long", set({ key: "\u0958".repeat(128) }), "key", "in composed form"],
  ["a key that objects cannot have", set({ key: "constructor" }), "key", "must be another key"],
  ["a key of another type", set({ key: 5 }), "key", "must be of type string"],
  ["no value", { json: { key: "k" } }, "value", "is missing"],
  ["a date as its value", { ...set({ value: "2026-01-01" }), meta: { values: { value: ["Date"] } } }, "value", "plain"],
  ["a number that is none", { ...set({ value: "NaN" }), meta: { values: { value: ["number"] } } }, "value", "finite"],
  ["a value too deep", set({ value: deep(17) }), `value${".0".repeat(17)}`, "at most 16 levels"],
  ["a value with too many keys", set({ value: wide(1_001) }), "value", "at most 1000 keys"],
  ["a value too large", set({ value: "ż".repeat(32_768) }), "value", "at most 65536 bytes"],
  ["a NUL in its value", set({ value: { a: ["b\u0000"] } }), "value.a.0", "NUL"],
  ["an empty category", set({ category: " " }), "category", "must not be empty"],
  ["a category too long", set({ category: "x".repeat(101) }), "category", "at most 100"],
  ["a strange mode", set({ mode: "append" }), "mode", "must be one of: replace, merge"],
  ["a strange origin", set({ origin: "guessed" }), "origin", "must be one of: explicit, learned"],
  ["a confidence out of range", set({ confidence: 1.1 }), "confidence", "from 0 to 1"],
  ["a version that is none", set({ expectedVersion: -1 }), "expectedVersion", "at least 0"],
  ["an unknown field", set({ categories: "x" }), "categories", "is not a field"],
])("a set with %s is refused with the field and the fix", async (_, input, path, message) => {
  const { status, issues } = await call("set", input);
  expect(status).toBe(400);
  expect(issues.map((issue) => issue.path)).toEqual([path]);
  expect(issues[0]?.message).toContain(message);
});

test.each([
  ["getMany", { keys: Array(101).fill("k") }, "keys"],
  ["getMany", { keys: ["k", ""] }, "keys.1"],
  ["list", { keyPrefix: "a\u0000" }, "keyPrefix"],
  ["list", { cursor: "x".repeat(256) }, "cursor"],
  ["list", { limit: 201 }, "limit"],
  ["history", { key: "k", cursor: "one" }, "cursor"],
  ["history", {}, "key"],
])("%s of %j is refused with the field named", async (procedure, json, path) => {
  const { status, issues } = await call(procedure, { json });
  expect([status, issues.map((issue) => issue.path)]).toEqual([400, [path]]);
});

test.each(["__proto__", "constructor", "prototype"])("a value with the key %s is refused", async (key) => {
  const { status, message } = await call("set", `{"json": {"key": "k", "value": {"a": [{"${key}": 1}]}}}`);
  expect(status).toBe(400);
  expect(message).toContain(key);
});

test("nothing of all that was stored, and the limits themselves are within", async () => {
  const client = server.clientOf("checked");
  expect((await client.preferences.list.query()).items).toEqual([]);
  const values = [deep(16), wide(1_000), "ż".repeat(32_767)];
  for (const [index, value] of values.entries()) {
    await client.preferences.set.mutate({ key: `${index}`.padEnd(255, "ż"), value: value as string });
  }
  const { items } = await client.preferences.list.query();
  expect(items.map(({ value }) => value)).toEqual(values);
});
