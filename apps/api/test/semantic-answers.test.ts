import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepCaches } from "../src/cache/sweep.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// The fake model knows a few synonyms, so that two questions are near; how near a real one finds them is its own matter.
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true, settings: { cacheSemantic: true, cacheSimilarityMin: 0.5 } });
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = (userId: string, text: string, more: object = {}) =>
  server.clientOf(userId).conversation.begin.mutate({ sessionId: "s", text, budgetMs: 20_000, ...more });

async function answer(userId: string, question: string, text: string): Promise<void> {
  const { interactionId } = await ask(userId, question);
  const done = await server.clientOf(userId).conversation.complete.mutate({ interactionId, text, cacheable: true });
  expect(done.cached).toMatchObject({ cached: true });
  if (done.cached.cached) await server.keepsake.services.pendingWrites.ended({ userId }, `question ${done.cached.id}`);
}

test("a question in other words gets the answer, with the reason, and counts as one hit", async () => {
  await answer("ola", "What is the capital of France?", "Paris.");
  const { cached } = await ask("ola", "Please tell me what the capital of France is");
  expect(cached).toMatchObject({ response: "Paris.", match: "semantic" });
  expect(cached?.because).toContain("What is the capital of France?");
  expect(cached?.similarity).toBeLessThan(1);
  const { hits, misses } = await server.clientOf("ola").cache.stats.query();
  expect({ hits, misses }).toEqual({ hits: 1, misses: 1 });
  const { items } = await server.clientOf("ola").conversation.history.query({ sessionId: "s" });
  expect(items.at(-1)).toMatchObject({ role: "assistant", content: "Paris." });
});

test.each([
  ["What is the capital of France?", "What is the capital of Germany?"],
  ["How long do you boil an egg for 5 minutes?", "How long do you boil an egg for 6 minutes?"],
  ["Which mushrooms are edible?", "Which mushrooms are not edible?"],
  ["How do I turn on the oven timer?", "How do I turn off the oven timer?"],
  ["Jak wysokie są Rysy?", "Jak wysoki jest Giewont?"],
])("“%s” never answers “%s”", async (stored, asked) => {
  const userId = `apart-${crypto.randomUUID()}`;
  const client = server.clientOf(userId);
  const kept = await client.cache.store.mutate({ text: stored, response: "The stored one." });
  if (kept.cached) await server.keepsake.services.pendingWrites.ended({ userId }, `question ${kept.id}`);
  expect((await ask(userId, asked)).cached).toBeNull();
});

test("is asked for by its words alone when the gateway says so", async () => {
  await answer("exact", "What is the capital of Spain?", "Madrid.");
  expect((await ask("exact", "Tell me what the capital of Spain is", { cache: "exact" })).cached).toBeNull();
  expect((await ask("exact", "Tell me what the capital of Spain is")).cached).not.toBeNull();
  expect((await ask("exact", "what is the capital of spain", { cache: "off" })).cached).toBeNull();
});

test("is each user's own", async () => {
  await answer("ann", "What is the capital of Italy?", "Rome.");
  expect((await ask("bob", "Tell me what the capital of Italy is")).cached).toBeNull();
});

test("questions that were kept while the model was away are known by meaning later, but for those it refuses", async () => {
  const userId = "eve";
  const client = server.clientOf(userId);
  const { services } = server.keepsake;
  server.ollama.setFault({ kind: "missing-model" });
  for (const country of ["Atlantis", "Portugal", "Norway"]) {
    const kept = await client.cache.store.mutate({ text: `What is the capital of ${country}?`, response: country });
    if (kept.cached) await services.pendingWrites.ended({ userId }, `question ${kept.id}`);
  }
  server.ollama.setFault({ kind: "poison", containing: "Atlantis" });
  for (let sweeps = 0; sweeps < 2; sweeps += 1) await sweepCaches(services, AbortSignal.timeout(60_000));
  for (const country of ["Portugal", "Norway"]) {
    const { cached } = await ask(userId, `Please tell me what the capital of ${country} is`);
    expect(cached).toMatchObject({ response: country, match: "semantic" });
  }
  server.ollama.setFault(null);
  expect((await ask(userId, "Please tell me what the capital of Atlantis is")).cached).toBeNull();
  await sweepCaches(services, AbortSignal.timeout(60_000));
  expect((await ask(userId, "Tell me what the capital of Atlantis is")).cached).toMatchObject({ response: "Atlantis" });
});
