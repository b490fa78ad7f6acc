import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const NUMBERS = Array.from({ length: 16 }, (_, index) => index);
const sixteen = <T>(call: (index: number) => Promise<T>) => Promise.all(NUMBERS.map(call));

test("sixteen first merges at once make one preference that holds all sixteen", async () => {
  const { preferences } = server.clientOf("merges");
  for (const round of [1, 2]) {
    await sixteen((index) =>
      preferences.set.mutate({ key: "rooms", value: { [`room${index}`]: round }, mode: "merge" }),
    );
    const { value, version } = await preferences.get.query({ key: "rooms" });
    expect(value).toEqual(Object.fromEntries(NUMBERS.map((index) => [`room${index}`, round])));
    expect(version).toBe(16 * round);
  }
  const { items } = await preferences.history.query({ key: "rooms" });
  expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 32 }, (_, index) => 32 - index));
  for (const [index, { recordedAt }] of items.entries())
    expect(items[index + 1]?.replacedAt ?? recordedAt).toEqual(recordedAt);
});

test("of sixteen that expect the key to be new one wins, and the others are told", async () => {
  const { preferences } = server.clientOf("new");
  const outcomes = await sixteen((index) =>
    preferences.set.mutate({ key: "k", value: index, expectedVersion: 0 }).then(() => "won", errorReason),
  );
  expect(outcomes.filter((outcome) => outcome === "won")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "VERSION_CONFLICT")).toHaveLength(15);
});

test("of sixteen that read the same version one wins, and the others are told", async () => {
  const { preferences } = server.clientOf("same-version");
  await preferences.set.mutate({ key: "k", value: "start" });
  const outcomes = await sixteen((index) =>
    preferences.set.mutate({ key: "k", value: index, expectedVersion: 1 }).then(() => "won", errorReason),
  );
  expect(outcomes.filter((outcome) => outcome === "won")).toHaveLength(1);
  expect((await preferences.get.query({ key: "k" })).version).toBe(2);
});

test("setting and deleting at once never gives a version twice", async () => {
  const { preferences } = server.clientOf("set-and-delete");
  const deleted = await sixteen(async (index) => {
    await preferences.set.mutate({ key: "k", value: index });
    return preferences.delete.mutate({ key: "k" }).then(() => true, errorReason);
  });
  expect(deleted.filter((outcome) => outcome !== true && outcome !== "PREFERENCE_NOT_FOUND")).toEqual([]);
  expect((await preferences.list.query()).items).toEqual([]);
  const { items } = await preferences.history.query({ key: "k" });
  expect(items.map(({ version }) => version)).toEqual(NUMBERS.map((index) => 16 - index));
  expect(items.map(({ value }) => value).toSorted((a, b) => Number(a) - Number(b))).toEqual(NUMBERS);
});

test("learned values of sixteen at once leave the surest one", async () => {
  const { preferences } = server.clientOf("surest");
  await sixteen((index) =>
    preferences.set.mutate({ key: "k", value: index, origin: "learned", confidence: index / 15 }),
  );
  expect(await preferences.get.query({ key: "k" })).toMatchObject({ value: 15, confidence: 1 });
});

test("a write sent sixteen times with one key happens once and answers the same", async () => {
  const { preferences } = server.clientOf("once");
  const input = { key: "k", value: null, idempotencyKey: "set-1" };
  const answers = await sixteen(() => preferences.set.mutate(input));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ version: 1, value: null, applied: true });
  const other = preferences.set.mutate({ ...input, value: 0 });
  expect(await other.then(() => null, errorReason)).toBe("IDEMPOTENCY_MISMATCH");

  const remove = { key: "k", idempotencyKey: "delete-1" };
  const deletions = await sixteen(() => preferences.delete.mutate(remove));
  expect(new Set(deletions.map(({ deletedAt }) => deletedAt.getTime())).size).toBe(1);
});
