import { errorReason } from "@keepsake/client";
import { conversations, embeddings } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);
const GENEROUS = { budgetMs: 20_000 };

test.each([
  ["a character of two units where the search's part of it ends", `${"a".repeat(1_999)}🙂${"b".repeat(500)}`],
  ["white space at its beginning", `${" ".repeat(3_000)}where is the vase?`],
])("a long text with %s is a turn like any other", async (_, text) => {
  const { conversation } = server.clientOf("long-winded");
  const { interactionId, degraded } = await conversation.begin.mutate({ sessionId: "s", text, budgetMs: 60_000 });
  expect(degraded).not.toContain("context");
  const { items } = await conversation.history.query({ sessionId: "s" });
  expect(items.find((message) => message.interactionId === interactionId)?.content).toBe(text);
});

describe("a turn", () => {
  test("keeps question and answer, and tells the model what is known", async () => {
    const { memory, preferences, conversation } = server.clientOf("ola");
    await memory.add.mutate({ content: "The spare key is under the blue pot", wait: true });
    await memory.add.mutate({ content: "Trams run until midnight", wait: true });
    await preferences.set.mutate({ key: "user.wake_time", value: { time: "07:00" } });
    await conversation.append.mutate({ sessionId: "s", role: "user", content: "Good morning" });
    await conversation.append.mutate({ sessionId: "s", role: "assistant", content: "Good morning, Ola" });
    const begun = await conversation.begin.mutate({ sessionId: "s", text: "Where is the spare key?", ...GENEROUS });
    expect(begun.cached).toBeNull();
    expect(begun.degraded).toEqual([]);
    expect(begun.context.memories[0]?.content).toBe("The spare key is under the blue pot");
    expect(begun.context.tail.map(({ content }) => content)).toEqual(["Good morning", "Good morning, Ola"]);
    expect(begun.context.preferences).toEqual([{ key: "user.wake_time", value: { time: "07:00" }, version: 1 }]);
    expect(begun.context.system).toContain("blue pot");
    expect(begun.used.preferences).toEqual([{ key: "user.wake_time", version: 1 }]);
    const text = "Under the blue pot.";
    const done = await conversation.complete.mutate({ interactionId: begun.interactionId, text });
    expect(done).toMatchObject({
      role: "assistant",
      content: text,
      cached: { cached: false, reason: "not_cacheable" },
    });
    const { items } = await conversation.history.query({ sessionId: "s" });
    expect(items.slice(2).map(({ role, content }) => [role, content])).toEqual([
      ["user", "Where is the spare key?"],
      ["assistant", text],
    ]);
  });

  test("sent again is the same turn; with another text it is refused", async () => {
    const { conversation } = server.clientOf("again");
    const turn = { sessionId: "s", text: "Hello?", idempotencyKey: "key-1", ...GENEROUS };
    const begun = await Promise.all([1, 2, 3].map(() => conversation.begin.mutate(turn)));
    expect(new Set(begun.map(({ interactionId }) => interactionId)).size).toBe(1);
    expect((await conversation.history.query({ sessionId: "s" })).items).toHaveLength(1);
    expect(await reasonOf(conversation.begin.mutate({ ...turn, text: "Bye?" }))).toBe("IDEMPOTENCY_MISMATCH");
  });

  test("of another user cannot be completed", async () => {
    const begun = await server.clientOf("ann").conversation.begin.mutate({ sessionId: "s", text: "Mine?" });
    const { interactionId } = begun;
    const call = server.clientOf("bob").conversation.complete.mutate({ interactionId, text: "Taken over" });
    expect(await reasonOf(call)).toBe("INTERACTION_NOT_FOUND");
  });
});

describe("an answer that may be given again", () => {
  test("answers the same question at once, and both are in the history", async () => {
    const { conversation, cache } = server.clientOf("twice");
    const ask = (text: string) => conversation.begin.mutate({ sessionId: "s", text, ...GENEROUS });
    const { interactionId } = await ask("How high is Rysy?");
    const answer = { interactionId, text: "2,501 metres.", cacheable: true, generationMs: 4_000 };
    expect((await conversation.complete.mutate(answer)).cached).toMatchObject({ cached: true });
    const again = await ask("how high is  Rysy");
    expect(again.cached).toMatchObject({ response: "2,501 metres.", match: "exact" });
    expect((await conversation.history.query({ sessionId: "s" })).items.map(({ content }) => content)).toEqual([
      "How high is Rysy?",
      "2,501 metres.",
      "how high is  Rysy",
      "2,501 metres.",
    ]);
    expect(await cache.stats.query()).toMatchObject({ hits: 1, misses: 1, secondsSaved: 4 });
  });

  test("goes when a memory that it was made from changes", async () => {
    const { memory, conversation } = server.clientOf("depends");
    const { id } = await memory.add.mutate({ content: "The cat is called Filemon", wait: true });
    const ask = () => conversation.begin.mutate({ sessionId: "s", text: "What is the cat called?", ...GENEROUS });
    const { interactionId, used } = await ask();
    expect(used.memories).toEqual([{ id, version: 1 }]);
    const done = await conversation.complete.mutate({ interactionId, text: "Filemon.", cacheable: true });
    expect(done.cached.cached).toBe(true);
    expect((await ask()).cached).not.toBeNull();
    await memory.update.mutate({ id, content: "The cat is called Bonifacy" });
    const { cached, context } = await ask();
    expect(cached).toBeNull();
    expect(context.system).toContain("Bonifacy");
  });

  test("is never one to a command", async () => {
    const { conversation } = server.clientOf("commands");
    const text = "Turn on the lamp";
    const { interactionId } = await conversation.begin.mutate({ sessionId: "s", text });
    const done = await conversation.complete.mutate({ interactionId, text: "Done", cacheable: true });
    expect(done.cached).toEqual({ cached: false, reason: "command" });
  });

  test("is never one to a question that only the talk before explains", async () => {
    const { conversation } = server.clientOf("leaning");
    const { interactionId } = await conversation.begin.mutate({ sessionId: "s", text: "And tomorrow?", ...GENEROUS });
    const done = await conversation.complete.mutate({ interactionId, text: "Rain.", cacheable: true });
    expect(done.cached).toEqual({ cached: false, reason: "leans_on_talk" });
  });

  test("is waited for by those who ask the same meanwhile, and the model is asked once", async () => {
    const { conversation } = server.clientOf("joined");
    const ask = () =>
      conversation.begin.mutate({ sessionId: crypto.randomUUID(), text: "Who built Wawel?", joinMs: 20_000 });
    const leader = await ask();
    const others = [ask(), ask(), ask()];
    await conversation.complete.mutate({ interactionId: leader.interactionId, text: "Kings.", cacheable: true });
    for (const other of await Promise.all(others)) expect(other.cached?.response).toBe("Kings.");
  });

  test("not coming lets exactly one of those who wait ask the model", async () => {
    const { conversation } = server.clientOf("relay");
    const ask = () =>
      conversation.begin.mutate({ sessionId: crypto.randomUUID(), text: "Who built Wawel?", joinMs: 20_000 });
    const first = await ask();
    const others = [ask(), ask()].map((call) => call.then((begun) => begun));
    await conversation.complete.mutate({ interactionId: first.interactionId, text: "Kings.", cacheable: false });
    const second = await Promise.race(others);
    expect(second.cached).toBeNull();
    await conversation.complete.mutate({ interactionId: second.interactionId, text: "Kings!", cacheable: true });
    const all = await Promise.all(others);
    expect(all.filter(({ cached }) => cached?.response === "Kings!")).toHaveLength(1);
  });
});

describe("when the model for embeddings is slow", () => {
  test("a turn answers within its budget, and names what is missing", async () => {
    const { conversation } = server.clientOf("slow");
    server.ollama.setFault({ kind: "delay", ms: 3_000 });
    const begun = await conversation.begin.mutate({ sessionId: "s", text: "Is anybody there?", budgetMs: 200 });
    server.ollama.setFault(null);
    expect(begun.degraded).toContain("embeddings");
    await expect.poll(async () => (await conversation.history.query({ sessionId: "s" })).items.length).toBe(1);
  });
});

describe("when the database is held up", () => {
  test("a turn is answered unsaved within its budget, and its message and the vector of it follow", async () => {
    const userId = "held-up";
    const { conversation } = server.clientOf(userId);
    const { services } = server.keepsake;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
    const holding = services.db.transaction(async (tx) => {
      await tx.execute(sql`lock table ${conversations} in access exclusive mode`);
      isHeld();
      await released;
    });
    await held;
    const text = "Where did the zebra leave its saddle?";
    const begun = await conversation.begin.mutate({ sessionId: "s", text, budgetMs: 300 });
    expect(begun.degraded).toContain("save_pending");
    release();
    await holding;
    await eventually("the message is there with its vector", async () => {
      const [row] = await services.db.execute(sql`select count(*)::int as vectors from ${conversations} as message
        join ${embeddings} as vector on vector.item_id = message.id and vector.user_id = ${userId}
        where message.user_id = ${userId} and message.content = ${text}`);
      return row?.["vectors"] === 1;
    });
  });
});
