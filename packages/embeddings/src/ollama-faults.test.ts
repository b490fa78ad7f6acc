import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeOllama, type FakeOllamaFault, quickOptions, startFakeOllama } from "../testing/index.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { createOllamaEmbedder } from "./ollama.ts";

let fake: FakeOllama;

beforeAll(async () => {
  fake = await startFakeOllama();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.setFault(null);
  fake.requests.length = 0;
});

/** An embedder whose circuit does not get in the way. */
const embedder = (changes = {}) =>
  createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 1_000, ...changes }));
const failure = (work: Promise<unknown>): Promise<EmbeddingError> =>
  work.then(
    () => Promise.reject(new Error("It worked.")),
    (error) => error,
  );
/** All that a logger could print of an error. */
const everythingIn = (error: Error): string => inspect(error, { depth: 10, showHidden: true });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `text ${i}`);

describe("faults that pass", () => {
  const passing: FakeOllamaFault[] = [
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "status", status: 429 },
    { kind: "reset" },
    { kind: "truncated-json" },
    { kind: "html" },
    { kind: "html", status: 502 },
    { kind: "wrong-count" },
    { kind: "wrong-count", by: 1 },
    { kind: "huge", bytes: 9 * 1024 * 1024 },
  ];

  it.each(passing)("are got over by asking again: $kind $status", async (fault) => {
    fake.setFault({ ...fault, times: 2 });
    await expect(embedder().embed(["tea"], "document")).resolves.toHaveLength(1);
    expect(fake.requests).toHaveLength(3);
  });

  it.each(passing)("are the model's fault, not the text's, when they stay: $kind $status", async (fault) => {
    fake.setFault(fault);
    const error = await failure(embedder().embedEach(["tea"], "document"));
    expect(error).toBeInstanceOf(EmbeddingError);
    expect(error).toMatchObject({ reason: "EMBEDDER_UNAVAILABLE", isTransient: true, index: null });
    expect(fake.requests).toHaveLength(4);
  });

  it("are retried only once while a person waits for an answer", async () => {
    fake.setFault({ kind: "status", status: 500 });
    await failure(embedder().embed(["tea"], "query"));
    expect(fake.requests).toHaveLength(2);
  });

  it("says where Ollama was looked for when nothing answers there", async () => {
    const away = createOllamaEmbedder(quickOptions("http://127.0.0.1:9"));
    const error = await failure(away.embed(["tea"], "query"));
    expect(error.message).toBe("Ollama does not answer at http://127.0.0.1:9: start it or set OLLAMA_URL.");
  });
});

describe("faults that stay until somebody acts", () => {
  it("names the command that pulls a missing model, and does not ask again", async () => {
    fake.setFault({ kind: "missing-model" });
    const error = await failure(embedder().embed(["tea"], "document"));
    expect(error).toMatchObject({ reason: "EMBEDDER_UNAVAILABLE", isTransient: false });
    expect(error.message).toContain("`ollama pull nomic-embed-text`");
    expect(fake.requests).toHaveLength(1);
  });

  it("tells a refused caller and a wrong path from a missing model", async () => {
    fake.setFault({ kind: "status", status: 403, message: "forbidden" });
    expect((await failure(embedder().embed(["tea"], "query"))).message).toContain("refuses access");
    fake.setFault({ kind: "html", status: 404 });
    expect((await failure(embedder().embed(["tea"], "query"))).message).toContain("does not know Ollama's paths");
  });

  it.each([0, 383, 1_024])("takes vectors of %i numbers for another model's", async (dimensions) => {
    fake.setFault({ kind: "wrong-dimension", dimensions });
    const error = await failure(embedder().embedEach(["tea"], "document"));
    expect(error).toMatchObject({ reason: "EMBEDDING_DIMENSION_MISMATCH", isTransient: false });
    expect(error.message).toContain("768 were expected");
    expect(fake.requests).toHaveLength(1);
  });

  it.each<FakeOllamaFault>([
    { kind: "status", status: 400, message: "this model does not support embeddings" },
    { kind: "nan" },
    { kind: "nan", status: 500 },
    { kind: "zero" },
    { kind: "bad-value", value: "null" },
  ])("blames no text for what happens to all of them: $kind $status", async (fault) => {
    fake.setFault(fault);
    const error = await failure(embedder().embedEach(numbered(64), "document"));
    expect(error).toMatchObject({ reason: "EMBEDDER_UNAVAILABLE", isTransient: false });
    expect(fake.embedInputs().map((inputs) => inputs.length)).toEqual([64, 1]);
  });
});

describe("a text that cannot be embedded", () => {
  it.each(["too-long", "nan", "nan-500", "bad-value"] as const)(
    "costs none of its 63 neighbours a vector (%s)",
    async (as) => {
      fake.setFault({ kind: "poison", containing: "text 37", as });
      const results = await embedder().embedEach(numbered(64), "document");
      const failed = results.flatMap((result, i) => ("error" in result ? [i] : []));
      expect(failed).toEqual([37]);
      expect(results[37]).toMatchObject({ error: { reason: "EMBEDDING_REJECTED", isTransient: false } });
      expect(fake.requests.length).toBeLessThanOrEqual(16);
    },
  );

  it("is told apart from others like it, and the rest keep their order", async () => {
    const healthy = embedder();
    const expected = await healthy.embed(["text 1", "text 4"], "document");
    fake.setFault({ kind: "poison", containing: "bad" });
    const results = await healthy.embedEach(["bad 0", "text 1", "bad 2", "bad 3", "text 4"], "document");
    expect(results.map((result) => "vector" in result)).toEqual([false, true, false, false, true]);
    expect(results[1]).toEqual({ vector: expected[0] });
    expect(results[4]).toEqual({ vector: expected[1] });
  });

  it("fails a call for all or nothing with its index and without a word of its content", async () => {
    fake.setFault({ kind: "poison", containing: "secret" });
    const error = await failure(embedder().embed(["one", "my secret plan"], "document"));
    expect(error).toMatchObject({ reason: "EMBEDDING_REJECTED", index: 1 });
    expect(everythingIn(error)).not.toContain("secret");
  });

  it("is not repeated to anybody, even when Ollama quotes it", async () => {
    fake.setFault({ kind: "status", status: 400, message: "cannot read: my secret plan", times: 1 });
    const error = await failure(embedder().embed(["my secret plan"], "document"));
    expect(error.reason).toBe("EMBEDDING_REJECTED");
    expect(everythingIn(error)).not.toContain("secret");
  });

  it("alone in its call is believed only after a harmless text has passed", async () => {
    fake.setFault({ kind: "poison", containing: "bad" });
    await expect(embedder().embedEach(["bad"], "query")).resolves.toMatchObject([
      { error: { reason: "EMBEDDING_REJECTED" } },
    ]);
    expect(fake.embedInputs()).toEqual([["search_query: bad"], ["hello"]]);
  });

  it.each<FakeOllamaFault>([
    { kind: "zero", times: 1 },
    { kind: "bad-value", value: "null", times: 1 },
    { kind: "bad-value", value: "string", times: 1 },
    { kind: "bad-value", value: "1e39", times: 1 },
  ])("gets no vector out of $kind $value", async (fault) => {
    fake.setFault(fault);
    const results = await embedder().embedEach(["tea"], "document");
    expect(results).toMatchObject([{ error: { reason: "EMBEDDING_REJECTED" } }]);
  });

  it("may be of any content: surrogate halves, control characters, prefixes, nothing", async () => {
    const odd = ["", " ", "\ud83d", "\u0000\u0007", "search_query: ", "\u202e\ufeff", "👨‍👩‍👧‍👦"];
    await expect(embedder().embed(odd, "document")).resolves.toHaveLength(odd.length);
  });
});
