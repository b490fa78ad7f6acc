import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeOllama, quickOptions, startFakeOllama } from "../testing/index.ts";
import { createOllamaEmbedder } from "./ollama.ts";

let fake: FakeOllama | undefined;
afterEach(() => fake?.close());

const everywhere = { paths: ["/api/embed", "/api/tags"] };
const ignore = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

describe("a health report", () => {
  it("is good when Ollama has the model, and names its weights", async () => {
    fake = await startFakeOllama();
    const health = await createOllamaEmbedder(quickOptions(fake.url)).health();
    expect(health).toEqual({ available: true, problem: null, modelDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("says how to get a missing model, and is good once it was pulled", async () => {
    fake = await startFakeOllama({ models: ["llama3.2:latest", "nomic-embed-text:v1.5"] });
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    expect(await embedder.health()).toEqual({
      available: false,
      problem: "Ollama does not have the model nomic-embed-text: run `ollama pull nomic-embed-text`.",
    });
    fake.setModels(["nomic-embed-text:latest"]);
    expect(await embedder.health()).toMatchObject({ available: true });
  });

  it("says where nothing answers", async () => {
    fake = undefined;
    const health = await createOllamaEmbedder(quickOptions("http://127.0.0.1:9")).health();
    expect(health).toEqual({
      available: false,
      problem: "Ollama does not answer at http://127.0.0.1:9: start it or set OLLAMA_URL.",
    });
  });

  it("says so when Ollama answers too late, or not before its caller leaves", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000, ...everywhere });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { healthTimeoutMs: 40 }));
    expect((await embedder.health()).problem).toContain("did not answer within 40 ms");
    expect(await embedder.health({ signal: AbortSignal.timeout(10) })).toMatchObject({ available: false });
  });

  it("asks nobody again while it is fresh", async () => {
    fake = await startFakeOllama();
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { healthFreshMs: 60_000 }));
    for (let reports = 0; reports < 5; reports++) expect(await embedder.health()).toMatchObject({ available: true });
    expect(fake.requests.map(({ path }) => path)).toEqual(["/api/tags"]);
  });

  it("is bad at once after a failed embedding, however fresh the last good one", async () => {
    fake = await startFakeOllama();
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { healthFreshMs: 60_000 }));
    await embedder.health();
    fake.setFault({ kind: "status", status: 500 });
    await ignore(embedder.embed(["tea"], "query"));
    expect((await embedder.health()).problem).toContain("failed with status 500");
  });

  it("asks only for the list of models once an embedding has gone well again", async () => {
    fake = await startFakeOllama();
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    fake.setFault({ kind: "status", status: 500, times: 2 });
    await ignore(embedder.embed(["tea"], "query"));
    await embedder.embed(["tea"], "query");
    fake.requests.length = 0;
    expect(await embedder.health()).toMatchObject({ available: true });
    expect(fake.requests.map(({ path }) => path)).toEqual(["/api/tags"]);
  });

  it("asks nothing while the circuit is open, and closes it when the model is back", async () => {
    fake = await startFakeOllama();
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2, circuitPauseMs: 200 }));
    fake.setFault({ kind: "reset", ...everywhere });
    await ignore(embedder.embed(["tea"], "query"));
    fake.requests.length = 0;
    expect(await embedder.health()).toMatchObject({ available: false });
    expect(fake.requests).toHaveLength(0);
    fake.setFault(null);
    await sleep(230);
    expect(await embedder.health()).toMatchObject({ available: true });
    await expect(embedder.embed(["tea"], "query")).resolves.toHaveLength(1);
  });

  it("is bad when Ollama is there but its model embeds nothing", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "nan" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    await ignore(embedder.embed(["tea"], "query"));
    expect((await embedder.health()).problem).toContain("not even a harmless text");
  });

  it("is bad while the model gives vectors of another length, and good when that is mended", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "wrong-dimension", dimensions: 1_024 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    await ignore(embedder.embed(["tea"], "document"));
    expect((await embedder.health()).problem).toContain("vectors of 1024 numbers where 768 were expected");
    fake.setFault(null);
    expect(await embedder.health()).toMatchObject({ available: true });
  });

  it("never takes a failed question for another dimension", async () => {
    fake = await startFakeOllama();
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    fake.setFault({ kind: "reset", ...everywhere });
    expect((await embedder.health()).problem).not.toMatch(/dimension|numbers/i);
    expect(embedder.space.dimensions).toBe(384);
  });

  it("is good behind a proxy that lets only embedding through", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "html", status: 403, paths: ["/api/tags"] });
    expect(await createOllamaEmbedder(quickOptions(fake.url)).health()).toEqual({ available: true, problem: null });
  });
});
