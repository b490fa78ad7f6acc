import { errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);
const MISSING = "01900000-0000-7000-8000-000000000000";

test('"No, I meant the lamp in the hall": the next time the same words find the hall lamp', async () => {
  const { conversation, memory, preferences, training, cache } = server.clientOf("ola");
  const ask = () =>
    conversation.begin.mutate({
      sessionId: "evening",
      text: "Which lamp do I read by?",
      intent: "recall",
      preferences: ["entity_alias.*"],
    });

  const misled = await memory.add.mutate({ content: "Ola reads by the lamp in the kitchen" });
  const { interactionId, used } = await ask();
  expect(used.memories).toEqual([{ id: misled.id, version: 1 }]);
  await conversation.complete.mutate({ interactionId, text: "By the kitchen lamp.", cacheable: true });
  expect((await ask()).cached?.response).toBe("By the kitchen lamp.");

  const corrected = await conversation.correct.mutate({
    interactionId,
    text: "By the lamp in the hall.",
    remember: { content: "Ola reads by the lamp in the hall", supersedes: misled.id },
    preference: { key: "entity_alias.reading_lamp", value: { entity_id: "light.hall" } },
  });
  expect(corrected).toMatchObject({ preference: { applied: true, version: 1 }, memory: { duplicate: false } });

  const next = await ask();
  expect(next.cached).toBeNull();
  expect(next.context.memories.map(({ content }) => content)).toEqual(["Ola reads by the lamp in the hall"]);
  expect(next.context.system).toContain("light.hall");
  expect(await preferences.get.query({ key: "entity_alias.reading_lamp" })).toMatchObject({ origin: "learned" });
  expect(await memory.get.query({ id: misled.id })).toMatchObject({ supersededBy: corrected.memory?.id, version: 2 });
  const before = await memory.search.query({ query: "lamp Ola reads by", asOf: misled.createdAt });
  expect(before.hits.map(({ id }) => id)).toEqual([misled.id]);
  expect(await training.get.query({ id: corrected.exampleId ?? "" })).toMatchObject({
    inputText: "Which lamp do I read by?",
    outputText: "By the kitchen lamp.",
    correctedText: "By the lamp in the hall.",
  });
  expect((await cache.list.query({})).items).toEqual([]);
});

describe("a correction", () => {
  const turnOf = async (userId: string) => {
    const client = server.clientOf(userId);
    const { interactionId } = await client.conversation.begin.mutate({ sessionId: "s", text: "Who feeds the cat?" });
    await client.conversation.complete.mutate({ interactionId, text: "Ann.", cacheable: true });
    return { client, interactionId };
  };

  test("does all or nothing", async () => {
    const { client, interactionId } = await turnOf("atomic");
    const { conversation, training, cache, memory, preferences } = client;
    const correction = {
      interactionId,
      text: "Bob.",
      preference: { key: "user.cat_feeder", value: "Bob" },
      remember: { content: "Bob feeds the cat", supersedes: MISSING },
    };
    expect(await reasonOf(conversation.correct.mutate(correction))).toBe("MEMORY_NOT_FOUND");
    expect((await training.list.query({})).items).toEqual([]);
    expect((await cache.list.query({})).items).toHaveLength(1);
    expect((await memory.stats.query()).memories).toBe(0);
    expect(await reasonOf(preferences.get.query({ key: "user.cat_feeder" }))).toBe("PREFERENCE_NOT_FOUND");
  });

  test("sent again with its key happens once", async () => {
    const { client, interactionId } = await turnOf("again");
    const { conversation, training } = client;
    const correction = { interactionId, text: "Bob.", idempotencyKey: "k" };
    const [one, other] = await Promise.all([1, 2].map(() => conversation.correct.mutate(correction)));
    expect(other).toEqual(one);
    expect((await training.list.query({})).items).toHaveLength(1);
  });

  test("never overrules what somebody said outright", async () => {
    const { client, interactionId } = await turnOf("explicit");
    const { conversation, preferences } = client;
    await preferences.set.mutate({ key: "user.cat_feeder", value: "Cleo" });
    const preference = { key: "user.cat_feeder", value: "Bob" };
    const corrected = await conversation.correct.mutate({ interactionId, preference });
    expect(corrected.preference).toMatchObject({ applied: false });
    expect((await preferences.get.query({ key: "user.cat_feeder" })).value).toBe("Cleo");
  });

  test("of another user's interaction answers like one that never was", async () => {
    const { interactionId } = await turnOf("ann");
    const seen = (id: string) =>
      server
        .clientOf("bob")
        .conversation.correct.mutate({ interactionId: id, text: "mine" })
        .catch((error: Error) => [errorReason(error), error.message]);
    expect(await seen(interactionId)).toEqual(await seen(MISSING));
  });
});

test("what was superseded and is said again is true again, with its history", async () => {
  const { memory, conversation } = server.clientOf("revived");
  const { id } = await memory.add.mutate({ content: "The bin day is Monday" });
  const { interactionId } = await conversation.begin.mutate({ sessionId: "s", text: "When is bin day?" });
  await conversation.correct.mutate({ interactionId, remember: { content: "The bin day is Friday", supersedes: id } });
  expect((await memory.search.query({ query: "bin day Monday" })).hits.map((hit) => hit.id)).not.toContain(id);
  expect(await memory.add.mutate({ content: "The bin day is Monday" })).toMatchObject({
    id,
    duplicate: true,
    version: 3,
  });
  expect((await memory.search.query({ query: "bin day Monday" })).hits[0]).toMatchObject({ id, supersededBy: null });
});

test("a low score takes the answer out of the cache and moves the memories it used, once", async () => {
  const { conversation, memory, training } = server.clientOf("scores");
  const { id } = await memory.add.mutate({ content: "The gate code is on the fridge" });
  const ask = () => conversation.begin.mutate({ sessionId: "s", text: "Where is the gate code?", intent: "recall" });
  const { interactionId } = await ask();
  await conversation.complete.mutate({ interactionId, text: "On the fridge.", cacheable: true });
  const feedbackPart = async () => {
    const { hits } = await memory.search.query({ query: "gate code", explain: true });
    return hits.find((hit) => hit.id === id)?.explanation?.feedback;
  };
  await training.feedback.mutate({ interactionId, score: 5 });
  expect(await feedbackPart()).toBeCloseTo(1.1);
  expect((await ask()).cached).not.toBeNull();
  await training.feedback.mutate({ interactionId, score: 1 });
  expect(await feedbackPart()).toBeCloseTo(0.8);
  await training.feedback.mutate({ interactionId, score: 1 });
  expect(await feedbackPart()).toBeCloseTo(0.8);
  expect((await ask()).cached).toBeNull();
});
