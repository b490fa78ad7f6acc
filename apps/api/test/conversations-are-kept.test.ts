import { errorReason, inputIssues } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a session", () => {
  test("gives its messages back in order, page by page, as they were said", async () => {
    const { conversation } = server.clientOf("order");
    const said = Array.from({ length: 25 }, (_, number) => `Zdanie ${number}: „zażółć” 💡\n`);
    for (const [number, content] of said.entries()) {
      const role = number % 2 === 0 ? "user" : "assistant";
      await conversation.append.mutate({ sessionId: "kuchnia / 1", role, content, language: "pl" });
    }
    const heard: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await conversation.history.query({ sessionId: "kuchnia / 1", limit: 10, ...(cursor && { cursor }) });
      heard.push(...page.items.map(({ content }) => content));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(heard).toEqual(said);
  });

  test("brought over from elsewhere keeps its times and its order", async () => {
    const { conversation } = server.clientOf("imported");
    const append = (content: string, createdAt: string) =>
      conversation.append.mutate({ sessionId: "old", role: "user", content, createdAt });
    await append("second", "2021-05-01T10:00:00.250Z");
    await append("first", "2021-05-01T10:00:00+02:00");
    const { items } = await conversation.history.query({ sessionId: "old" });
    expect(items.map(({ content, createdAt }) => [content, createdAt.toISOString()])).toEqual([
      ["first", "2021-05-01T08:00:00.000Z"],
      ["second", "2021-05-01T10:00:00.250Z"],
    ]);
  });

  test("is each user's own, whatever its name", async () => {
    const [ann, bob] = [server.clientOf("ann"), server.clientOf("bob")];
    await ann.conversation.append.mutate({ sessionId: "shared", role: "user", content: "Ann's secret" });
    expect((await bob.conversation.history.query({ sessionId: "shared" })).items).toEqual([]);
    const answer = await bob.conversation.append.mutate({ sessionId: "shared", role: "assistant", content: "hello" });
    const [hers] = (await ann.conversation.history.query({ sessionId: "shared" })).items;
    expect(answer.interactionId).not.toBe(hers?.interactionId);
  });
});

describe("an answer", () => {
  test("joins the last question that has none", async () => {
    const { conversation } = server.clientOf("joins");
    const say = (role: "user" | "assistant", content: string) =>
      conversation.append.mutate({ sessionId: "s", role, content });
    const first = await say("user", "Is the door locked?");
    const firstAnswer = await say("assistant", "Yes.");
    const second = await say("user", "And the window?");
    const secondAnswer = await say("assistant", "No.");
    expect(firstAnswer.interactionId).toBe(first.interactionId);
    expect(secondAnswer.interactionId).toBe(second.interactionId);
    expect(second.interactionId).not.toBe(first.interactionId);
    const unasked = await say("assistant", "It is raining, by the way.");
    expect([first.interactionId, second.interactionId]).not.toContain(unasked.interactionId);
  });

  test("joins the interaction that it names, also one of the gateway's own making", async () => {
    const { conversation } = server.clientOf("named");
    const question = { sessionId: "s", role: "user", content: "Lights on", interactionId: "conv_123" } as const;
    expect((await conversation.append.mutate(question)).interactionId).toBe("conv_123");
    await conversation.append.mutate({ sessionId: "s", role: "user", content: "Never mind" });
    const late = { sessionId: "s", role: "assistant", content: "They are on", interactionId: "conv_123" } as const;
    expect((await conversation.append.mutate(late)).interactionId).toBe("conv_123");
  });

  test("cannot join an interaction of another session", async () => {
    const { conversation } = server.clientOf("strays");
    const { interactionId } = await conversation.append.mutate({ sessionId: "one", role: "user", content: "Hello" });
    const error: unknown = await conversation.append
      .mutate({ sessionId: "two", role: "assistant", content: "Hi", interactionId })
      .catch((caught: unknown) => caught);
    expect(errorReason(error)).toBe("INVALID_INPUT");
    expect(inputIssues(error)).toEqual([{ path: "interactionId", message: "belongs to another session" }]);
    expect((await conversation.history.query({ sessionId: "two" })).items).toEqual([]);
  });

  test("sent again with its key is kept once", async () => {
    const { conversation } = server.clientOf("again");
    const message = { sessionId: "s", role: "user", content: "Once", idempotencyKey: "k-1" } as const;
    const [one, other] = await Promise.all([conversation.append.mutate(message), conversation.append.mutate(message)]);
    expect(other).toEqual(one);
    expect((await conversation.history.query({ sessionId: "s" })).items).toHaveLength(1);
  });
});

describe("a turn that is slow on its way", () => {
  const minute = 60_000;
  const ago = (ms: number) => new Date(Date.now() - ms);

  test("keeps its place among those that were quicker", async () => {
    const { conversation } = server.clientOf("slow");
    const begin = (interactionId: string, at: Date) =>
      conversation.begin.mutate({ sessionId: "s", text: `question ${interactionId}`, interactionId, createdAt: at });
    const complete = (interactionId: string, at: Date) =>
      conversation.complete.mutate({ interactionId, text: `answer ${interactionId}`, createdAt: at });
    await begin("2", ago(3_000));
    await begin("1", ago(5_000));
    await complete("2", ago(2_000));
    await complete("1", ago(4_000));
    const { items } = await conversation.history.query({ sessionId: "s" });
    const order = ["question 1", "answer 1", "question 2", "answer 2"];
    expect(items.map(({ content }) => content)).toEqual(order);
  });

  test("is not misplaced by a clock that is wrong", async () => {
    const { conversation } = server.clientOf("wrong-clock");
    for (const [interactionId, offsetMs] of Object.entries({ past: 60 * minute, future: -60 * minute })) {
      const startedAt = Date.now();
      const question = { sessionId: interactionId, text: "Hello", interactionId, createdAt: ago(offsetMs) };
      await conversation.begin.mutate(question);
      await conversation.complete.mutate({ interactionId, text: "Hi", createdAt: ago(offsetMs) });
      const { items } = await conversation.history.query({ sessionId: interactionId });
      expect(items.map(({ content }) => content)).toEqual(["Hello", "Hi"]);
      for (const { createdAt } of items) expect(Math.abs(createdAt.getTime() - startedAt)).toBeLessThan(minute);
    }
  });

  test("and is appended meanwhile is one turn, whichever comes first", async () => {
    const { conversation } = server.clientOf("unheard");
    const said = { sessionId: "s", interactionId: "unheard" };
    const append = () => conversation.append.mutate({ ...said, role: "user", content: "Hello" });
    const begin = () => conversation.begin.mutate({ ...said, text: "Hello" });
    await Promise.all([begin(), append(), begin(), append()]);
    expect((await conversation.history.query({ sessionId: "s" })).items).toHaveLength(1);
    await conversation.append.mutate({ ...said, role: "user", content: "Hello again" });
    expect((await conversation.history.query({ sessionId: "s" })).items).toHaveLength(2);
  });
});
