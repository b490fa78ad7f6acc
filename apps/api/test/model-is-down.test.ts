import type { FakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true, settings: { queryEmbeddingTimeoutMs: 300 } });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.ollama.setFault(null));

type Fault = Parameters<FakeOllama["setFault"]>[0];
const everywhere = ["/api/embed", "/api/version", "/api/show", "/api/tags"];
const FAULTS: [string, Fault][] = [
  ["slow", { kind: "delay", ms: 5_000 }],
  ["failing", { kind: "status", status: 500 }],
  ["gone", { kind: "reset", paths: everywhere }],
  ["answering nonsense", { kind: "truncated-json" }],
  ["without its model", { kind: "missing-model", paths: everywhere }],
  ["giving other dimensions", { kind: "wrong-dimension", dimensions: 512 }],
];

describe("while the model is", () => {
  test.each(FAULTS)(
    "%s, adding answers at once, searching goes by words, and all is made good afterwards",
    async (name, fault) => {
      const client = server.clientOf(name.replaceAll(" ", "-"));
      server.ollama.setFault(fault);
      const { results } = await client.memory.addMany.mutate({
        items: [{ content: `The lamp in the hall is ${name}` }, { content: "The garden gate squeaks" }],
      });
      expect(results.map(({ embedding }) => embedding)).toEqual(["pending", "pending"]);
      const { hits, degraded } = await client.memory.search.query({ query: `hall lamp ${name}` });
      expect(degraded).toEqual(["embeddings"]);
      expect(hits[0]?.content).toBe(`The lamp in the hall is ${name}`);

      server.ollama.setFault(null);
      const isMadeGood = async () => (await client.memory.stats.query()).embeddings.ready === 2;
      await eventually("both memories have vectors", isMadeGood);
      const again = async () => (await client.memory.search.query({ query: `bulb ${name}` })).degraded.length === 0;
      await eventually("search goes by meaning again", again);
    },
  );

  test("refusing one text, all the others get their vectors and it says which one failed", async () => {
    const client = server.clientOf("poison");
    server.ollama.setFault({ kind: "poison", containing: "xyzzy", as: "nan" });
    const contents = ["first", "second with xyzzy", "third", "fourth"];
    await client.memory.addMany.mutate({ items: contents.map((content) => ({ content })) });
    const isDone = async () => (await client.memory.stats.query()).embeddings.pending === 0;
    await eventually("nothing is pending", isDone);
    const states = (await client.memory.list.query({})).items.map(({ content, embedding }) => [content, embedding]);
    expect(Object.fromEntries(states)).toEqual({
      first: "ready",
      "second with xyzzy": "failed",
      third: "ready",
      fourth: "ready",
    });
    expect((await client.memory.search.query({ query: "xyzzy" })).hits).toHaveLength(1);
  });

  test("down, the server says so and says what to do, and is healthy all the same", async () => {
    server.ollama.setFault({ kind: "missing-model", paths: everywhere });
    await eventually("the status tells", async () => {
      const { embeddings } = await server.client.system.status.query();
      return embeddings.state === "unavailable" && (embeddings.problem ?? "").includes("ollama pull nomic-embed-text");
    });
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true, embeddings: { ok: false, state: "unavailable" } });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    server.ollama.setFault(null);
    await eventually("the status is well again", async () => {
      return (await server.client.system.status.query()).embeddings.state === "on";
    });
  });
});
