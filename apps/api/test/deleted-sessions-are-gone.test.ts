import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

async function count(userId: string, table: "conversations" | "embeddings" | "sessions" | "interaction_feedback") {
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(
    sql`select count(*) as rows from ${sql.identifier(table)} where user_id = ${userId}`,
  );
  return Number(row?.rows);
}

/** Whether any answer that waits for a retry holds a text. */
async function isInAnswers(userId: string, text: string): Promise<boolean> {
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(
    sql`select count(*) as rows from idempotency_keys where user_id = ${userId} and response::text like ${`%${text}%`}`,
  );
  return Number(row?.rows) > 0;
}

test("a deleted session leaves no message, vector, feedback or kept answer, and other sessions are untouched", async () => {
  const { conversation } = server.clientOf("ann");
  const say = (sessionId: string, content: string, idempotencyKey?: string) =>
    conversation.append.mutate({ sessionId, role: "user", content, ...(idempotencyKey && { idempotencyKey }) });
  const { interactionId } = await say('se"cret', "The diary is in the attic", "k-1");
  await say('se"cret', "Nobody knows of the attic");
  await say("other", "The attic is dry", "k-2");
  await server.keepsake.services.db.execute(sql`insert into interaction_feedback ("user_id", interaction_id, score)
    values (${"ann"}, ${interactionId}, 5), (${"ann"}, 'elsewhere', 4)`);
  await eventually("vectors are there", async () => (await count("ann", "embeddings")) === 3);
  expect(await isInAnswers("ann", "diary")).toBe(true);

  expect(await conversation.deleteSession.mutate({ sessionId: 'se"cret' })).toEqual({
    sessionId: 'se"cret',
    deleted: 2,
  });
  expect((await conversation.history.query({ sessionId: 'se"cret' })).items).toEqual([]);
  expect((await conversation.sessions.query()).items.map(({ sessionId }) => sessionId)).toEqual(["other"]);
  expect([
    await count("ann", "conversations"),
    await count("ann", "embeddings"),
    await count("ann", "sessions"),
  ]).toEqual([1, 1, 1]);
  expect(await count("ann", "interaction_feedback")).toBe(1);
  expect([await isInAnswers("ann", "diary"), await isInAnswers("ann", "dry")]).toEqual([false, true]);
  expect((await say("other", "The attic is dry", "k-2")).content).toBe("The attic is dry");
});

test("a late retry does not bring a deleted message back, and says so", async () => {
  const { conversation } = server.clientOf("late");
  const message = { sessionId: "s", role: "user", content: "Once", idempotencyKey: "k" } as const;
  await conversation.append.mutate(message);
  await conversation.deleteSession.mutate({ sessionId: "s" });
  expect(await conversation.append.mutate(message).catch(errorReason)).toBe("IDEMPOTENCY_MISMATCH");
  expect((await conversation.history.query({ sessionId: "s" })).items).toEqual([]);
});

test("deleting again answers the same with its key, and 0 without", async () => {
  const { conversation } = server.clientOf("again");
  await conversation.append.mutate({ sessionId: "s", role: "user", content: "Hello" });
  const first = await conversation.deleteSession.mutate({ sessionId: "s", idempotencyKey: "d-1" });
  expect(first.deleted).toBe(1);
  expect((await conversation.deleteSession.mutate({ sessionId: "s" })).deleted).toBe(0);
  expect(await conversation.deleteSession.mutate({ sessionId: "s", idempotencyKey: "d-1" })).toEqual(first);
  expect(await conversation.deleteSession.mutate({ sessionId: "never was" })).toEqual({
    sessionId: "never was",
    deleted: 0,
  });
});

test("another user's session of the same name stays", async () => {
  const [bob, cat] = [server.clientOf("bob"), server.clientOf("cat")];
  for (const { conversation } of [bob, cat]) {
    await conversation.append.mutate({ sessionId: "shared name", role: "user", content: "Mine" });
  }
  expect((await bob.conversation.deleteSession.mutate({ sessionId: "shared name" })).deleted).toBe(1);
  expect((await cat.conversation.history.query({ sessionId: "shared name" })).items).toHaveLength(1);
  expect((await cat.conversation.sessions.query()).items).toHaveLength(1);
});

test("deleting while sixteen gateways write leaves list, messages and vectors in agreement", async () => {
  const { conversation } = server.clientOf("race");
  const writers = Array.from({ length: 16 }, async (_, gateway) => {
    for (let number = 0; number < 4; number += 1) {
      await conversation.append.mutate({ sessionId: "s", role: "user", content: `${gateway} says ${number}` });
      if (gateway === 0) await conversation.deleteSession.mutate({ sessionId: "s" });
    }
  });
  await Promise.all(writers);
  const { items } = await conversation.history.query({ sessionId: "s", limit: 200 });
  const [session] = (await conversation.sessions.query()).items;
  expect(session?.messages ?? 0).toBe(items.length);
  await eventually("each message has its vector", async () => (await count("race", "embeddings")) === items.length);
});

test("deleting while turns begin and end blocks nobody, and a turn whose session has gone says so", async () => {
  const { conversation } = server.clientOf("turns");
  const reasons = new Set<string | null>();
  const talkers = Array.from({ length: 8 }, async (_, gateway) => {
    for (let number = 0; number < 4; number += 1) {
      const { interactionId } = await conversation.begin.mutate({ sessionId: "s", text: `${gateway} asks ${number}` });
      const completion = { interactionId, text: `${gateway} is told ${number}` };
      await conversation.complete.mutate(completion).catch((error: unknown) => reasons.add(errorReason(error)));
      if (gateway < 2) await conversation.deleteSession.mutate({ sessionId: "s" });
    }
  });
  await Promise.all(talkers);
  expect([...reasons].filter((reason) => reason !== "INTERACTION_NOT_FOUND")).toEqual([]);
  const { items } = await conversation.history.query({ sessionId: "s", limit: 200 });
  expect((await conversation.sessions.query()).items[0]?.messages ?? 0).toBe(items.length);
});

test("an answer that was cached in a deleted session is given no more", async () => {
  const { conversation, cache } = server.clientOf("cached");
  const text = "What is the capital of France?";
  const { interactionId } = await conversation.begin.mutate({ sessionId: "s", text, intent: "question" });
  const { cached } = await conversation.complete.mutate({ interactionId, text: "Paris.", cacheable: true });
  expect(cached.cached).toBe(true);
  await conversation.deleteSession.mutate({ sessionId: "s" });
  expect(await cache.lookup.mutate({ text })).toEqual({ hit: false });
});
