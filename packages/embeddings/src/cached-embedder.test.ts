import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeOllama, quickOptions, startFakeOllama } from "../testing/index.ts";
import { createCachedEmbedder } from "./cached-embedder.ts";
import type { EmbeddingError } from "./embedding-error.ts";
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

const cached = (options = {}) => createCachedEmbedder(createOllamaEmbedder(quickOptions(fake.url)), options);
const failure = (work: Promise<unknown>): Promise<EmbeddingError> =>
  work.then(
    () => Promise.reject(new Error("It worked.")),
    (error) => error,
  );

describe("a cached embedder", () => {
  it("asks for a text once, and for another purpose apart", async () => {
    const embedder = cached();
    const [first] = await embedder.embed(["tea"], "query");
    const [second] = await embedder.embed(["tea"], "query");
    await embedder.embed(["tea"], "document");
    expect(second).toEqual(first);
    expect(fake.embedInputs()).toEqual([["search_query: tea"], ["search_document: tea"]]);
  });

  it("asks only for what is new in a list, in one request, and keeps the list's order and repetitions", async () => {
    const embedder = cached();
    const [b] = await embedder.embed(["b"], "document");
    const vectors = await embedder.embed(["a", "b", "c", "a"], "document");
    expect(fake.embedInputs()[1]).toEqual(["search_document: a", "search_document: c"]);
    expect(vectors).toHaveLength(4);
    expect(vectors[1]).toEqual(b);
    expect(vectors[3]).toEqual(vectors[0]);
    expect(vectors[2]).not.toEqual(vectors[0]);
  });

  it("makes one request of equal ones under way", async () => {
    const embedder = cached();
    fake.setFault({ kind: "delay", ms: 50 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => embedder.embed(["tea"], "query")));
    expect(fake.requests).toHaveLength(1);
    expect(new Set(answers.map(([vector]) => vector?.join())).size).toBe(1);
  });

  it("drops the longest unused when it is full", async () => {
    const embedder = cached({ countMax: 2 });
    for (const text of ["a", "b", "a", "c", "a", "b"]) await embedder.embed([text], "query");
    expect(fake.embedInputs().flat()).toEqual(["a", "b", "c", "b"].map((text) => `search_query: ${text}`));
  });

  it("tells what it knows without asking, and knows nothing of what is still on its way", async () => {
    const embedder = cached();
    expect(embedder.known("tea", "query")).toBeNull();
    const coming = embedder.embed(["tea"], "query");
    expect(embedder.known("tea", "query")).toBeNull();
    const [vector] = await coming;
    expect(embedder.known("tea", "query")).toEqual(vector);
    expect(embedder.known("tea", "document")).toBeNull();
    expect(fake.requests).toHaveLength(1);
  });

  it("does not remember failures, of the model or of a text", async () => {
    const embedder = cached();
    fake.setFault({ kind: "status", status: 500 });
    await failure(embedder.embed(["tea"], "query"));
    fake.setFault({ kind: "poison", containing: "tea" });
    await expect(failure(embedder.embed(["tea"], "query"))).resolves.toMatchObject({ reason: "EMBEDDING_REJECTED" });
    fake.setFault(null);
    await expect(embedder.embed(["tea"], "query")).resolves.toHaveLength(1);
  });

  it("gives the vectors of a list whose other texts fail, and remembers those", async () => {
    const embedder = cached();
    fake.setFault({ kind: "poison", containing: "bad" });
    const results = await embedder.embedEach(["good", "bad"], "document");
    expect(results.map((result) => "vector" in result)).toEqual([true, false]);
    await expect(failure(embedder.embed(["good", "bad"], "document"))).resolves.toMatchObject({ index: 1 });
    fake.requests.length = 0;
    await embedder.embed(["good"], "document");
    expect(fake.requests).toHaveLength(0);
  });

  it("gives all who joined a failed request its error", async () => {
    const embedder = cached();
    fake.setFault({ kind: "missing-model" });
    const errors = await Promise.all([1, 2, 3].map(() => failure(embedder.embed(["tea"], "query"))));
    expect(errors.map(({ reason }) => reason)).toEqual(Array(3).fill("EMBEDDER_UNAVAILABLE"));
    expect(fake.requests).toHaveLength(1);
  });

  it("lets one leave without the others, and keeps the vector for the next", async () => {
    const embedder = cached();
    fake.setFault({ kind: "delay", ms: 150 });
    const controller = new AbortController();
    const hurried = failure(embedder.embed(["tea"], "query", { timeoutMs: 10 }));
    const leaving = failure(embedder.embed(["tea"], "query", { signal: controller.signal }));
    const patient = embedder.embed(["tea"], "query");
    controller.abort();
    expect(await leaving).toMatchObject({ reason: "EMBEDDER_TIMEOUT" });
    expect(await hurried).toMatchObject({ reason: "EMBEDDER_TIMEOUT" });
    await expect(patient).resolves.toHaveLength(1);
    await embedder.embed(["tea"], "query");
    expect(fake.requests).toHaveLength(1);
  });

  it("asks nothing for a caller who has left already, nor for no texts", async () => {
    const embedder = cached();
    await failure(embedder.embed(["tea"], "query", { signal: AbortSignal.abort() }));
    expect(await embedder.embed([], "query")).toEqual([]);
    expect(fake.requests).toHaveLength(0);
  });

  it("is not changed by what callers do to their vectors", async () => {
    const embedder = cached();
    const [first] = await embedder.embed(["tea"], "query");
    const before = first?.slice();
    first?.fill(0);
    expect((await embedder.embed(["tea"], "query"))[0]).toEqual(before);
  });

  it("is of the same space, splits the same way and reports the same health", async () => {
    const embedder = cached();
    expect(embedder.space).toEqual({ model: "nomic-embed-text", dimensions: 384, recipe: "nomic-v1" });
    expect(embedder.split("a ".repeat(2_000)).length).toBeGreaterThan(1);
    expect(await embedder.health()).toMatchObject({ available: true });
  });
});
