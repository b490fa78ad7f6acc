import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const MISSING = "01900000-0000-7000-8000-000000000000";

test("another user's ids answer as ids that never were, in every procedure that takes one", async () => {
  const ann = server.clientOf("ann");
  const bob = server.clientOf("bob");
  const { id } = await ann.memory.add.mutate({ content: "Ann's secret is the blue vase" });
  const calls: Record<string, (id: string) => Promise<unknown>> = {
    get: (id) => bob.memory.get.query({ id }),
    update: (id) => bob.memory.update.mutate({ id, content: "taken over" }),
    forget: (id) => bob.memory.forget.mutate({ id }),
    restore: (id) => bob.memory.restore.mutate({ id }),
    history: (id) => bob.memory.history.query({ id }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const seen = async (of: string) =>
      call(of).then(
        () => "answered",
        (error: Error) => [errorReason(error), error.message],
      );
    expect(await seen(id), name).toEqual(await seen(MISSING));
    expect((await seen(id))[0], name).toBe("MEMORY_NOT_FOUND");
  }
  expect(await ann.memory.get.query({ id })).toMatchObject({ content: "Ann's secret is the blue vase", version: 1 });
});

test("lists, searches and counts show each user's own memories alone", async () => {
  const users = ["cat", "dan", "eve"].map((name) => ({ name, client: server.clientOf(name) }));
  for (const { name, client } of users) {
    await client.memory.addMany.mutate({
      items: [{ content: "The lamp in the hall is broken" }, { content: `The lamp of ${name} is green` }],
    });
  }
  for (const { name, client } of users) {
    await eventually("vectors are there", async () => (await client.memory.stats.query()).embeddings.ready === 2);
    const own = ["The lamp in the hall is broken", `The lamp of ${name} is green`];
    for (const mode of ["hybrid", "semantic", "keyword"] as const) {
      const { hits } = await client.memory.search.query({ query: "lamp", mode, limit: 100 });
      expect(hits.map(({ content }) => content).sort()).toEqual(own.toSorted());
    }
    expect((await client.memory.list.query({})).items).toHaveLength(2);
    expect((await client.memory.stats.query()).memories).toBe(2);
  }
});

test("the same content and the same idempotency key belong to each user alone", async () => {
  const input = { content: "Shared words", idempotencyKey: "same-key" };
  const fay = await server.clientOf("fay").memory.add.mutate(input);
  const gus = await server.clientOf("gus").memory.add.mutate(input);
  expect(gus.duplicate).toBe(false);
  expect(gus.id).not.toBe(fay.id);
});

test("another user's preferences answer as keys that are free", async () => {
  const hal = server.clientOf("hal").preferences;
  const ivy = server.clientOf("ivy").preferences;
  await hal.set.mutate({ key: "secret", value: "blue vase", category: "c" });
  for (const call of [ivy.get.query, ivy.delete.mutate, ivy.history.query]) {
    expect(await call({ key: "secret" }).then(() => "answered", errorReason)).toBe("PREFERENCE_NOT_FOUND");
  }
  expect(await ivy.getMany.query({ keys: ["secret"] })).toEqual({ items: [], missing: ["secret"] });
  expect((await ivy.list.query({ category: "c" })).items).toEqual([]);
  expect(await ivy.set.mutate({ key: "secret", value: 1, expectedVersion: 0 })).toMatchObject({ version: 1 });
  expect(await hal.get.query({ key: "secret" })).toMatchObject({ value: "blue vase", version: 1 });
});

test("examples, feedback and exports of one user are nothing to another", async () => {
  const { conversation, training: hal } = server.clientOf("hal");
  const { training: ivy } = server.clientOf("ivy");
  const asked = await conversation.append.mutate({ sessionId: "s", role: "user", content: "Where is the key?" });
  await conversation.append.mutate({ sessionId: "s", role: "assistant", content: "Under the mat." });
  const { id } = await hal.feedback.mutate({ interactionId: asked.interactionId, score: 5 });
  const { exportId } = await hal.export.query({});
  const calls: [reason: string, id: string | null, call: (id: string) => Promise<unknown>][] = [
    ["EXAMPLE_NOT_FOUND", id, (id) => ivy.get.query({ id })],
    ["EXAMPLE_NOT_FOUND", id, (id) => ivy.update.mutate({ id, comment: "mine now" })],
    ["EXAMPLE_NOT_FOUND", id, (id) => ivy.delete.mutate({ id })],
    ["INTERACTION_NOT_FOUND", asked.interactionId, (id) => ivy.delete.mutate({ interactionId: id })],
    ["INTERACTION_NOT_FOUND", asked.interactionId, (id) => ivy.feedback.mutate({ interactionId: id, score: 1 })],
    ["EXPORT_NOT_FOUND", exportId, (id) => ivy.manifest.query({ exportId: id })],
    ["EXPORT_NOT_FOUND", exportId, (id) => ivy.markExported.mutate({ exportId: id })],
  ];
  for (const [reason, id, call] of calls) {
    const seen = (of: string) => call(of).then(String, (error: Error) => [errorReason(error), error.message]);
    expect(await seen(id ?? "")).toEqual(await seen(MISSING));
    expect((await seen(MISSING))[0]).toBe(reason);
  }
  expect(await ivy.stats.query()).toMatchObject({ total: 0, waiting: 0 });
  expect((await ivy.list.query()).items).toEqual([]);
  expect((await ivy.exports.query()).items).toEqual([]);
  expect((await ivy.export.query({})).lines).toEqual([]);
  expect(await hal.get.query({ id: id ?? "" })).toMatchObject({ comment: null, feedbackScore: 5, version: 1 });
});
