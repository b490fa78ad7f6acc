import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

async function say(sessionId: string, role: "user" | "assistant" | "tool", content: string): Promise<void> {
  await server.clientOf("ann").conversation.append.mutate({ sessionId, role, content });
}

const begin = (sessionId: string, text: string) =>
  server.clientOf("ann").conversation.begin.mutate({ sessionId, text, budgetMs: 20_000 });

test("at the last lines of its session, oldest first, without what tools gave", async () => {
  for (const number of Array.from({ length: 10 }, (_, at) => at)) {
    await say("tail", "user", `question ${number}`);
    await say("tail", "tool", "{}");
    await say("tail", "assistant", `answer ${number}`);
  }
  const { context } = await begin("tail", "question 10");
  expect(context.tail).toHaveLength(12);
  expect(context.tail[0]?.content).toBe("question 4");
  expect(context.tail.at(-1)?.content).toBe("answer 9");
  expect(context.system).not.toContain("answer 9");
});

test("at other sessions, by meaning and by words", async () => {
  await say("yesterday", "user", "The bulb above the stove flickers");
  const earlier = async (text: string) =>
    (await begin("today", text)).context.earlier.map(({ content, sessionId }) => [sessionId, content]);
  const found = ["yesterday", "The bulb above the stove flickers"];
  expect(await earlier("Is the bulb above the stove still broken?")).toContainEqual(found);
  await eventually("it is found by meaning", async () => (await earlier("lampa"))[0]?.[1] === found[1]);
});
