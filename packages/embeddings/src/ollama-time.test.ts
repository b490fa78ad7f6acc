import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeOllama, quickOptions, startFakeOllama } from "../testing/index.ts";
import { createCachedEmbedder } from "./cached-embedder.ts";
import type { EmbeddingError } from "./embedding-error.ts";
import { createOllamaEmbedder } from "./ollama.ts";

let fake: FakeOllama;
afterEach(() => fake.close());

const failure = (work: Promise<unknown>): Promise<EmbeddingError> =>
  work.then(
    () => Promise.reject(new Error("It worked.")),
    (error) => error,
  );

/** Waits in small steps until something holds; far longer than it takes, so that a slow machine passes too. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 5_000; waited += 10) await sleep(10);
  expect(holds()).toBe(true);
}

describe("time limits", () => {
  it.each(["delay", "drip"] as const)("end a call whose answer does not come (%s)", async (kind) => {
    fake = await startFakeOllama();
    fake.setFault(kind === "delay" ? { kind, ms: 60_000 } : { kind });
    const startedAt = performance.now();
    const error = await failure(
      createOllamaEmbedder(quickOptions(fake.url)).embed(["tea"], "query", { timeoutMs: 60 }),
    );
    expect(error).toMatchObject({ reason: "EMBEDDER_TIMEOUT", isTransient: true });
    expect(error.message).toBe("The model gave no answer within 60 ms.");
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("cover a call's retries too", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "status", status: 503 });
    const patient = quickOptions(fake.url, { retryDelayMs: 20_000, retryDelayMaxMs: 20_000 });
    const error = await failure(createOllamaEmbedder(patient).embed(["tea"], "document", { timeoutMs: 80 }));
    expect(error.reason).toBe("EMBEDDER_TIMEOUT");
  });

  it("have defaults for queries and for documents", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { queryTimeoutMs: 30, documentTimeoutMs: 40 }));
    expect((await failure(embedder.embed(["tea"], "query"))).message).toContain("30 ms");
    expect((await failure(embedder.embed(["tea"], "document"))).message).toContain("40 ms");
  });

  it("end a single request and let the next try have its own", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000, times: 1 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { requestTimeoutMs: 60 }));
    await expect(embedder.embed(["tea"], "document")).resolves.toHaveLength(1);
  });

  it("give way to a caller's own signal, before and during a call", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    const gone = await failure(embedder.embed(["tea"], "query", { signal: AbortSignal.abort() }));
    expect(gone).toMatchObject({ reason: "EMBEDDER_TIMEOUT" });
    const controller = new AbortController();
    const waiting = failure(embedder.embed(["tea"], "query", { signal: controller.signal }));
    await until(() => fake.embedInputs().some((inputs) => inputs[0] === "search_query: tea"));
    controller.abort();
    expect(await waiting).toMatchObject({
      reason: "EMBEDDER_TIMEOUT",
      message: "The caller stopped waiting for the model.",
    });
  });

  it("need not run out when the embedder is disposed of: its requests end, and later ones fail", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000 });
    const embedder = createCachedEmbedder(createOllamaEmbedder(quickOptions(fake.url)));
    const leaving = failure(embedder.embed(["tea"], "document", { timeoutMs: 5 }));
    const waiting = failure(embedder.embed(["coffee"], "document"));
    await leaving;
    embedder[Symbol.dispose]();
    expect(await waiting).toMatchObject({ reason: "EMBEDDER_UNAVAILABLE", message: "The embedder was closed." });
    await expect(failure(embedder.embed(["milk"], "query"))).resolves.toMatchObject({
      message: "The embedder was closed.",
    });
    expect(await embedder.health()).toEqual({ available: false, problem: "The embedder was closed." });
  });

  it("do not stop a model from loading that takes longer than callers wait", async () => {
    fake = await startFakeOllama({ loadMs: 250 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url));
    const tryOnce = () =>
      embedder.embed(["tea"], "query", { timeoutMs: 40 }).then(
        () => true,
        () => false,
      );
    expect(await tryOnce()).toBe(false);
    let isLoaded = false;
    for (let tries = 0; !isLoaded && tries < 100; tries++) isLoaded = await tryOnce();
    expect(isLoaded).toBe(true);
    const loads = fake.embedInputs().filter((inputs) => inputs.length === 0);
    expect(loads.length).toBeGreaterThanOrEqual(1);
    expect(loads.length).toBeLessThanOrEqual(3);
  });
});

describe("the circuit", () => {
  it("opens after five failures in a row and then asks nothing, with the reason still told", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "status", status: 500 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitPauseMs: 60_000 }));
    for (let calls = 0; calls < 6; calls++) await failure(embedder.embed(["tea"], "query"));
    expect(fake.requests).toHaveLength(5);
    const error = await failure(embedder.embed(["tea"], "query"));
    expect(error).toMatchObject({ reason: "EMBEDDER_UNAVAILABLE", isTransient: true });
    expect(error.message).toContain("failed with status 500");
    expect(fake.requests).toHaveLength(5);
  });

  it("closes by itself when the model is back", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "reset" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2, circuitPauseMs: 200 }));
    await failure(embedder.embed(["tea"], "query"));
    fake.setFault(null);
    await failure(embedder.embed(["tea"], "query"));
    await sleep(230);
    await expect(embedder.embed(["tea"], "query")).resolves.toHaveLength(1);
    await expect(embedder.embed(["tea"], "query")).resolves.toHaveLength(1);
  });

  it("stays open for another while when the model is not back", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "reset" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2, circuitPauseMs: 200 }));
    await failure(embedder.embed(["tea"], "query"));
    await sleep(230);
    fake.requests.length = 0;
    await Promise.all(Array.from({ length: 5 }, () => failure(embedder.embed(["tea"], "query"))));
    expect(fake.requests).toHaveLength(1);
  });

  it("lets one request try, and the others fail at once instead of waiting for it", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "reset" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2 }));
    await failure(embedder.embed(["tea"], "query"));
    await sleep(80);
    fake.setFault({ kind: "delay", ms: 200 });
    const trial = embedder.embed(["tea"], "query");
    await expect(failure(embedder.embed(["tea"], "query"))).resolves.toMatchObject({ reason: "EMBEDDER_UNAVAILABLE" });
    await expect(trial).resolves.toHaveLength(1);
  });

  it("answers at once while it is open, without the waits between retries", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "status", status: 500, paths: ["/api/embed", "/api/tags"] });
    const slow = { retryDelayMs: 20_000, retryDelayMaxMs: 20_000, circuitPauseMs: 60_000, circuitFailuresMax: 1 };
    const embedder = createOllamaEmbedder(quickOptions(fake.url, slow));
    await embedder.health();
    const error = await failure(embedder.embed(["tea"], "query", { timeoutMs: 5_000 }));
    expect(error.reason).toBe("EMBEDDER_UNAVAILABLE");
  });

  it("is not closed by a trial whose caller leaves before it has an answer", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "reset" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2, circuitPauseMs: 250 }));
    await failure(embedder.embed(["tea"], "query"));
    await sleep(280);
    fake.setFault({ kind: "delay", ms: 60_000 });
    await failure(embedder.embed(["tea"], "query", { timeoutMs: 5 }));
    await sleep(10);
    const error = await failure(embedder.embed(["tea"], "query", { timeoutMs: 500 }));
    expect(error.reason).toBe("EMBEDDER_UNAVAILABLE");
  });

  it("does not open for callers who leave before the model had a fair chance", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000 });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitPauseMs: 60_000 }));
    for (let calls = 0; calls < 8; calls++) await failure(embedder.embed(["tea"], "query", { timeoutMs: 5 }));
    fake.setFault(null);
    await expect(embedder.embed(["tea"], "query")).resolves.toHaveLength(1);
  });

  it("of queries does not hold up documents", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "delay", ms: 60_000 });
    const embedder = createOllamaEmbedder(
      quickOptions(fake.url, { requestTimeoutMs: 20, circuitFailuresMax: 2, circuitPauseMs: 60_000 }),
    );
    await failure(embedder.embed(["tea"], "query"));
    fake.setFault(null);
    await expect(failure(embedder.embed(["tea"], "query"))).resolves.toMatchObject({ reason: "EMBEDDER_UNAVAILABLE" });
    await expect(embedder.embed(["tea"], "document")).resolves.toHaveLength(1);
  });

  it("does not open for texts that cannot be embedded", async () => {
    fake = await startFakeOllama();
    fake.setFault({ kind: "poison", containing: "bad" });
    const embedder = createOllamaEmbedder(quickOptions(fake.url, { circuitFailuresMax: 2, circuitPauseMs: 60_000 }));
    for (let calls = 0; calls < 5; calls++) await embedder.embedEach(["bad"], "document");
    await expect(embedder.embed(["good"], "document")).resolves.toHaveLength(1);
  });
});
