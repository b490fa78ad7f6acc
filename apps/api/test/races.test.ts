import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const sixteen = <T>(call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 16 }, (_, index) => call(index)));

test("sixteen gateways that add the same content at once make one memory", async () => {
  const client = server.clientOf("same");
  const added = await sixteen((index) =>
    client.memory.add.mutate({ content: "One and the same", tags: [`t${index}`] }),
  );
  expect(new Set(added.map(({ id }) => id)).size).toBe(1);
  expect(added.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  const [memory] = (await client.memory.list.query({})).items;
  expect(memory?.tags.toSorted()).toEqual(Array.from({ length: 16 }, (_, index) => `t${index}`).sort());
});

test("batches that overlap in different orders neither block each other nor double anything", async () => {
  const client = server.clientOf("batches");
  const items = Array.from({ length: 30 }, (_, number) => ({ content: `Shared fact ${number}` }));
  await sixteen((index) => client.memory.addMany.mutate({ items: index % 2 ? items : items.toReversed() }));
  expect((await client.memory.stats.query()).memories).toBe(30);
});

test("of sixteen updates from the same version one wins and the others are told", async () => {
  const client = server.clientOf("versions");
  const { id } = await client.memory.add.mutate({ content: "Version zero" });
  const outcomes = await sixteen((index) =>
    client.memory.update
      .mutate({ id, content: `Version of ${index}`, expectedVersion: 1 })
      .then(() => "won", errorReason),
  );
  expect(outcomes.filter((outcome) => outcome === "won")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "VERSION_CONFLICT")).toHaveLength(15);
});

test("updates without an expected version all count, none is lost", async () => {
  const client = server.clientOf("all-count");
  const { id } = await client.memory.add.mutate({ content: "Start" });
  await sixteen((index) => client.memory.update.mutate({ id, content: `Content of ${index}` }));
  const { items } = await client.memory.history.query({ id });
  expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 17 }, (_, index) => 17 - index));
  expect(new Set(items.map(({ content }) => content)).size).toBe(17);
});

test("a write sent sixteen times with one key happens once and answers the same", async () => {
  const client = server.clientOf("once");
  const input = { content: "Written once", idempotencyKey: "key-1" };
  const answers = await sixteen(() => client.memory.add.mutate(input));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]?.duplicate).toBe(false);
  const other = client.memory.add.mutate({ ...input, content: "Something else" });
  expect(await other.then(() => null, errorReason)).toBe("IDEMPOTENCY_MISMATCH");
});

test("a key of a failed write is free again", async () => {
  const client = server.clientOf("freed");
  const idempotencyKey = "key-2";
  const missing = "01900000-0000-7000-8000-000000000000";
  const failed = client.memory.update.mutate({ id: missing, content: "x", idempotencyKey });
  expect(await failed.then(() => null, errorReason)).toBe("MEMORY_NOT_FOUND");
  expect(await client.memory.add.mutate({ content: "works", idempotencyKey })).toMatchObject({ duplicate: false });
});
