import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeOllama, quickOptions, startFakeOllama, toFakeVector } from "../testing/index.ts";
import { createOllamaEmbedder } from "./ollama.ts";

let fake: FakeOllama;

beforeAll(async () => {
  fake = await startFakeOllama({ models: ["nomic-embed-text:latest", "bge-m3:latest"] });
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.setFault(null);
  fake.requests.length = 0;
});

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Array.from(left).reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0);
}

/** The card's way, written apart from the code under test. */
function cardVector(input: string, dimensions: number): number[] {
  const native = toFakeVector(input);
  const mean = native.reduce((a, b) => a + b) / native.length;
  const centred = native.map((value) => value - mean);
  const cut = centred.slice(0, dimensions);
  return cut.map((value) => value / Math.hypot(...cut));
}

describe("an embedder on Ollama", () => {
  it("gives one unit vector of the space's length for each text, in order", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    const texts = Array.from({ length: 10 }, (_, i) => `text number ${i} about ${["tea", "cars", "rain"][i % 3]}`);
    const vectors = await embedder.embed(texts, "document");
    expect(vectors).toHaveLength(10);
    for (const [i, vector] of vectors.entries()) {
      expect(vector).toBeInstanceOf(Float32Array);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(cosine(vector, cardVector(`search_document: ${texts[i]}`, 384))).toBeCloseTo(1, 5);
    }
  });

  it("cuts 768 numbers to 384 itself, by the model card, and never asks Ollama to", async () => {
    const [vector] = await createOllamaEmbedder(quickOptions(fake.url)).embed(["kitchen light"], "query");
    expect(vector).toHaveLength(384);
    expect(cosine(vector ?? [], cardVector("search_query: kitchen light", 384))).toBeCloseTo(1, 5);
    expect(fake.requests[0]?.body).not.toHaveProperty("dimensions");
  });

  it("sends nomic's prefixes, no silent truncation, and a long keep-alive", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    await embedder.embed(["lamp"], "query");
    await embedder.embed(["lamp"], "document");
    expect(fake.embedInputs()).toEqual([["search_query: lamp"], ["search_document: lamp"]]);
    expect(fake.requests[0]?.body).toMatchObject({ model: "nomic-embed-text", truncate: false, keep_alive: "24h" });
  });

  it("finds what means the same, across words and languages", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    const [query] = await embedder.embed(["turn on the lamp in the kitchen"], "query");
    const [light, tax] = await embedder.embed(["światło w kuchni", "the tax return is due in April"], "document");
    expect(cosine(query ?? [], light ?? [])).toBeGreaterThan(0.5);
    expect(cosine(query ?? [], tax ?? [])).toBeLessThan(0.3);
  });

  it("embeds with any other model as it is, without prefixes", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { model: "bge-m3:latest", dimensions: 768 }));
    const [vector] = await embedder.embed(["tea"], "query");
    expect(embedder.space).toEqual({ model: "bge-m3", dimensions: 768, recipe: "plain-v1" });
    expect(cosine(vector ?? [], toFakeVector("tea"))).toBeCloseTo(1, 5);
  });

  it("takes `nomic-embed-text` and `nomic-embed-text:latest` for one space", () => {
    const spaces = ["nomic-embed-text", "nomic-embed-text:latest"].map(
      (model) => createOllamaEmbedder(quickOptions(fake.url, { model })).space,
    );
    expect(spaces[0]).toEqual({ model: "nomic-embed-text", dimensions: 384, recipe: "nomic-v1" });
    expect(spaces[1]).toEqual(spaces[0]);
  });

  it("asks nothing for no texts", async () => {
    expect(await createOllamaEmbedder(quickOptions(fake.url)).embed([], "query")).toEqual([]);
    expect(fake.requests).toHaveLength(0);
  });

  it("never puts more than 64 texts into a request, whatever it is told, and keeps their order", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { batchCountMax: 1_000 }));
    const texts = Array.from({ length: 150 }, (_, i) => `t${i}`);
    const vectors = await embedder.embed(texts, "document");
    expect(fake.embedInputs().map((inputs) => inputs.length)).toEqual([64, 64, 22]);
    expect(cosine(vectors[149] ?? [], cardVector("search_document: t149", 384))).toBeCloseTo(1, 5);
  });

  it("keeps requests of long texts short, and sends even a text beyond that limit", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { batchBytesMax: 1_000 }));
    await embedder.embed(["a".repeat(400), "b".repeat(400), "c".repeat(1_500), "d"], "document");
    expect(fake.embedInputs().map((inputs) => inputs.length)).toEqual([2, 1, 1]);
  });

  it("splits long texts into pieces that Ollama takes whole, in every script", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    for (const letter of ["word ", "łąka ", "привет ", "文", "🦊", "!?"]) {
      const pieces = embedder.split(letter.repeat(3_000));
      expect(pieces.length).toBeGreaterThan(1);
      await expect(embedder.embed(pieces, "document")).resolves.toHaveLength(pieces.length);
    }
  });

  it("refuses a text that is too long rather than embed half of it", async () => {
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    const refused = embedder.embed(["fine", "文".repeat(3_000)], "document");
    await expect(refused).rejects.toMatchObject({
      reason: "EMBEDDING_REJECTED",
      index: 1,
      message: "The text is longer than the model takes.",
    });
  });

  it("reads bare digits as seconds, which Ollama would refuse as a string", async () => {
    await createOllamaEmbedder(quickOptions(fake.url, { keepAlive: "-1" })).embed(["tea"], "query");
    expect(fake.requests[0]?.body["keep_alive"]).toBe(-1);
  });

  it("sends a name and password in the URL as a header and shows them nowhere", async () => {
    const url = fake.url.replace("http://", "http://user:s3cret@");
    const embedder = createOllamaEmbedder(quickOptions(url));
    await embedder.embed(["tea"], "query");
    expect(fake.requests[0]?.headers.authorization).toBe(`Basic ${btoa("user:s3cret")}`);
    fake.setModels([]);
    fake.setFault({ kind: "html", status: 404 });
    const error: Error = await embedder.embed(["tea"], "query").catch((reason) => reason);
    fake.setModels(["nomic-embed-text:latest", "bge-m3:latest"]);
    expect(error.message).toContain("127.0.0.1");
    expect(error.message).not.toContain("s3cret");
  });

  it("takes a URL without its scheme or with a slash at its end", async () => {
    for (const url of [fake.url.replace("http://", ""), `${fake.url}/`]) {
      await expect(createOllamaEmbedder(quickOptions(url)).embed(["tea"], "query")).resolves.toHaveLength(1);
    }
  });

  it("refuses dimensions that the model cannot give before anything is asked", () => {
    expect(() => createOllamaEmbedder(quickOptions(fake.url, { dimensions: 1_024 }))).toThrow(/from 64 to 768/);
  });
});
