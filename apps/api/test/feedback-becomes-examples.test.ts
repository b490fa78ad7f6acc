import { errorReason, type KeepsakeClient } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);
const sixteen = <T>(call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 16 }, (_, index) => call(index)));

/** Says something and has it answered. @returns the interaction's id */
async function talk({ conversation }: KeepsakeClient, question: string, answer: string, sessionId = "talk") {
  const { interactionId } = await conversation.append.mutate({ sessionId, role: "user", content: question });
  await conversation.append.mutate({ sessionId, role: "assistant", content: answer });
  return interactionId;
}

const exampleOf = async ({ training }: KeepsakeClient, id: string | null) => training.get.query({ id: id ?? "" });

describe("feedback on an interaction", () => {
  test("makes an example of what was said and what was answered", async () => {
    const client = server.clientOf("makes");
    const { interactionId } = await client.conversation.append.mutate({
      sessionId: "s",
      role: "user",
      content: "Zgaś światło w kuchni",
      language: "pl",
      intent: "turn_off",
      metadata: { interactionType: "command" },
    });
    await client.conversation.append.mutate({ sessionId: "s", role: "assistant", content: "Zgaszone." });
    const feedback = await client.training.feedback.mutate({ interactionId, score: 5, comment: "szybko" });
    expect(feedback).toMatchObject({ status: "recorded", interactionId, score: 5, comment: "szybko" });
    expect(await exampleOf(client, feedback.id)).toMatchObject({
      interactionId,
      inputText: "Zgaś światło w kuchni",
      outputText: "Zgaszone.",
      correctedText: null,
      feedbackScore: 5,
      comment: "szybko",
      interactionType: "command",
      language: "pl",
      metadata: { intent: "turn_off" },
      version: 1,
      exported: false,
    });
  });

  test("again changes the example: the last word counts, a type that was named stays", async () => {
    const client = server.clientOf("again");
    const interactionId = await talk(client, "How warm is it?", "21.5 °C");
    const opinion = { interactionId, score: 2, comment: "wrong room", interactionType: "question" as const };
    const first = await client.training.feedback.mutate(opinion);
    const second = await client.training.feedback.mutate({ interactionId, score: 4 });
    expect(second).toEqual({ ...first, score: 4, comment: null });
    const example = await exampleOf(client, second.id);
    expect(example).toMatchObject({ feedbackScore: 4, comment: null, interactionType: "question", version: 2 });
    expect((await client.training.list.query()).items).toHaveLength(1);
    await client.training.feedback.mutate({ interactionId, score: 4 });
    expect(await exampleOf(client, second.id)).toEqual(example);
  });

  test("does not guess a type: an intent of the gateway's own says nothing of it", async () => {
    const client = server.clientOf("type");
    const { conversation, training } = client;
    const types: (string | null)[] = [];
    for (const intent of ["question", "turn_on"]) {
      const asked = await conversation.append.mutate({ sessionId: "s", role: "user", content: intent, intent });
      await conversation.append.mutate({ sessionId: "s", role: "assistant", content: "yes" });
      const { id } = await training.feedback.mutate({ interactionId: asked.interactionId, score: 3 });
      types.push((await exampleOf(client, id)).interactionType);
    }
    expect(types).toEqual(["question", null]);
  });

  test("from sixteen callers at once makes one example with the score of one of them", async () => {
    const client = server.clientOf("sixteen");
    const interactionId = await talk(client, "Is the door locked?", "Yes.");
    const answers = await sixteen((index) =>
      client.training.feedback.mutate({ interactionId, score: (index % 5) + 1, comment: `caller ${index}` }),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    const { items } = await client.training.list.query();
    expect(items).toHaveLength(1);
    const last = answers.find(({ comment }) => comment === items[0]?.comment);
    expect(items[0]).toMatchObject({ feedbackScore: last?.score });
  });

  test("sent again with its key is recorded once, whatever came in between", async () => {
    const client = server.clientOf("retry");
    const interactionId = await talk(client, "q", "a");
    const input = { interactionId, score: 1, idempotencyKey: "retried" };
    const first = await client.training.feedback.mutate(input);
    await client.training.feedback.mutate({ interactionId, score: 5 });
    expect(await client.training.feedback.mutate(input)).toEqual(first);
    expect((await exampleOf(client, first.id)).feedbackScore).toBe(5);
    const other = client.training.feedback.mutate({ ...input, score: 2 });
    expect(await reasonOf(other)).toBe("IDEMPOTENCY_MISMATCH");
  });

  test("of a name that the server gave to nothing is refused and leaves nothing", async () => {
    const { training } = server.clientOf("unknown");
    const interactionId = "01900000-0000-7000-8000-000000000000";
    expect(await reasonOf(training.feedback.mutate({ interactionId, score: 5 }))).toBe("INTERACTION_NOT_FOUND");
    expect(await training.stats.query()).toMatchObject({ total: 0, waiting: 0 });
  });
});

describe("feedback that comes before its messages", () => {
  test("waits, and becomes an example with the answer", async () => {
    const client = server.clientOf("waits");
    const { conversation, training } = client;
    const interactionId = "conv_123";
    const opinion = { interactionId, score: 5, comment: "Correctly turned on all lights" };
    const waiting = await training.feedback.mutate({ ...opinion, interactionType: "command" });
    expect(waiting).toEqual({ ...opinion, id: expect.any(String), status: "waiting" });
    expect(await training.get.query({ id: waiting.id }).catch(errorReason)).toBe("EXAMPLE_NOT_FOUND");
    expect(await training.stats.query()).toMatchObject({ total: 0, waiting: 1 });
    const message = { sessionId: "s", interactionId };
    await conversation.append.mutate({ ...message, role: "user", content: "All lights on" });
    expect(await training.stats.query()).toMatchObject({ total: 0, waiting: 1 });
    expect(await training.feedback.mutate(opinion)).toMatchObject({ id: waiting.id, status: "waiting" });
    await conversation.append.mutate({ ...message, role: "assistant", content: "They are on." });
    expect(await training.stats.query()).toMatchObject({ total: 1, waiting: 0 });
    expect(await training.get.query({ id: waiting.id })).toMatchObject({
      interactionId,
      inputText: "All lights on",
      outputText: "They are on.",
      feedbackScore: 5,
      comment: "Correctly turned on all lights",
      interactionType: "command",
    });
  });

  test("waits for an answer of an interaction that the server named", async () => {
    const { conversation, training } = server.clientOf("unanswered");
    const { interactionId } = await conversation.append.mutate({ sessionId: "s", role: "user", content: "Hello?" });
    expect(await training.feedback.mutate({ interactionId, score: 1 })).toMatchObject({ status: "waiting" });
    await conversation.append.mutate({ sessionId: "s", role: "assistant", content: "Here I am." });
    expect((await training.list.query()).items).toMatchObject([{ inputText: "Hello?", outputText: "Here I am." }]);
  });

  test("is never lost between a message and an opinion of the same moment", async () => {
    const { conversation, training } = server.clientOf("moment");
    await sixteen(async (index) => {
      const message = { sessionId: `s${index}`, interactionId: `talk ${index}` };
      await conversation.append.mutate({ ...message, role: "user", content: "now?" });
      await Promise.all([
        conversation.append.mutate({ ...message, role: "assistant", content: `now ${index}` }),
        training.feedback.mutate({ interactionId: message.interactionId, score: 4 }),
      ]);
    });
    expect(await training.stats.query()).toMatchObject({ total: 16, waiting: 0 });
  });

  test("follows a later answer, and the question before it", async () => {
    const { conversation, training } = server.clientOf("follows");
    const say = (role: "user" | "assistant", content: string) =>
      conversation.append.mutate({ sessionId: "s", interactionId: "whole-talk", role, content });
    await say("user", "first question");
    await say("assistant", "let me see");
    const { id } = await training.feedback.mutate({ interactionId: "whole-talk", score: 3 });
    await training.update.mutate({ id: id ?? "", correctedText: "seen" });
    await say("user", "second question");
    expect(await training.get.query({ id: id ?? "" })).toMatchObject({ inputText: "first question", version: 2 });
    await say("assistant", "second answer");
    expect(await training.get.query({ id: id ?? "" })).toMatchObject({
      inputText: "second question",
      outputText: "second answer",
      correctedText: "seen",
      feedbackScore: 3,
      version: 3,
    });
  });
});
