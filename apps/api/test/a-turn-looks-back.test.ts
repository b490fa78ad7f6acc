import { afterAll, beforeAll, expect, test } from "vitest";
import { findEarlierMessages } from "../src/conversation/earlier.ts";
import { listTail } from "../src/conversation/store.ts";
import { embedQuery } from "../src/platform/embed-query.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const actor = { userId: "ann" };

async function say(sessionId: string, role: "user" | "assistant" | "tool", content: string): Promise<void> {
  await server.clientOf("ann").conversation.append.mutate({ sessionId, role, content });
}

test("at the last lines of its session, oldest first, without what tools gave", async () => {
  const { db } = server.keepsake.services;
  for (const number of [1, 2, 3]) {
    await say("tail", "user", `question ${number}`);
    await say("tail", "tool", "{}");
    await say("tail", "assistant", `answer ${number}`);
  }
  const tail = async (limit: number) => (await listTail(actor, db, "tail", limit)).map(({ content }) => content);
  expect(await tail(3)).toEqual(["answer 2", "question 3", "answer 3"]);
  expect(await tail(100)).toHaveLength(6);
  expect(await listTail({ userId: "bob" }, db, "tail", 10)).toEqual([]);
});

test("at other sessions, with a vector that it has already or by words alone", async () => {
  const { services } = server.keepsake;
  await say("yesterday", "user", "The bulb above the stove flickers");
  await say("today", "user", "Is the bulb above the stove still broken?");
  const vector = await embedQuery(services, "lampa");
  const earlier = async (query: string, known: string | null) => {
    const question = { query, vector: known, exceptSessionId: "today", limit: 3, scoreMin: 0.05 };
    return (await findEarlierMessages(actor, services.db, services, question)).map(({ content }) => content);
  };
  await eventually("it is found by meaning", async () => {
    return (await earlier("lampa", vector))[0] === "The bulb above the stove flickers";
  });
  expect(await earlier("the stove", null)).toEqual(["The bulb above the stove flickers"]);
  expect(await earlier("lampa", null)).toEqual([]);
});
