import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually, testConfig } from "./_keepsake-server.ts";

let database: TestDatabase;
let ollama: FakeOllama;
beforeAll(async () => {
  [database, ollama] = await Promise.all([createTestDatabase(), startFakeOllama()]);
});
afterAll(async () => {
  await ollama.close();
  await database[Symbol.asyncDispose]();
});

async function start(dimensions = 384) {
  const config = testConfig(database.config, { ollamaUrl: ollama.url });
  const embeddings = { url: ollama.url, model: "nomic-embed-text", dimensions };
  const keepsake = await startKeepsake({ ...config, embeddings }, createLogger({ level: "silent", format: "json" }));
  const client = createClient({ url: keepsake.url });
  const stats = () => client.memory.stats.query();
  return {
    client,
    stats,
    status: async () => (await client.system.status.query()).embeddings,
    spaceOf: () => keepsake.services.embeddings?.space.id,
    untilReady: (count: number) =>
      eventually(`${count} memories have vectors`, async () => (await stats()).embeddings.ready === count),
    [Symbol.asyncDispose]: () => keepsake[Symbol.asyncDispose](),
  };
}

let space: number | undefined;

test("a start without the model is no change of it, and nothing gets new vectors", async () => {
  {
    await using server = await start();
    await server.client.memory.add.mutate({ content: "The lamp in the hall is broken" });
    await server.untilReady(1);
    space = server.spaceOf();
  }
  const everywhere = ["/api/embed", "/api/version", "/api/show", "/api/tags"];
  ollama.setFault({ kind: "reset", paths: everywhere });
  ollama.requests.length = 0;
  await using server = await start();
  expect(server.spaceOf()).toBe(space);
  expect((await server.stats()).embeddings).toMatchObject({ ready: 1, pending: 0 });
  expect((await server.status()).state).toBe("unavailable");
  ollama.setFault(null);
  await eventually("the model is back", async () => (await server.status()).state === "on");
  expect(
    ollama
      .embedInputs()
      .flat()
      .filter((input) => input.includes("lamp in the hall")),
  ).toEqual([]);
});

test("a model with other weights under its name is found out, mixes with nothing, and the next start begins anew", async () => {
  {
    await using server = await start();
    await server.client.memory.search.query({ query: "bulb" });
    ollama.replaceWeights();
    await eventually(
      "the status tells",
      async () => (await server.status()).problem?.includes("other weights") === true,
    );
    await server.client.memory.add.mutate({ content: "The gate squeaks" });
    const { degraded, hits } = await server.client.memory.search.query({ query: "gate" });
    expect([degraded, hits[0]?.content]).toEqual([["embeddings"], "The gate squeaks"]);
    expect((await server.stats()).embeddings).toMatchObject({ ready: 1, pending: 1 });
  }
  await using server = await start();
  expect(server.spaceOf()).not.toBe(space);
  await server.untilReady(2);
  expect((await server.status()).problem).toBeNull();
  expect((await server.client.memory.search.query({ query: "bulb" })).degraded).toEqual([]);
});

test("a server that is killed while everything gets new vectors goes on where it was, and finds by words meanwhile", async () => {
  const contents = Array.from({ length: 40 }, (_, at) => `Note ${at} about the cellar`);
  {
    await using server = await start();
    await server.client.memory.addMany.mutate({ items: contents.map((content) => ({ content })) });
    await server.untilReady(42);
  }
  // Slow enough to be killed in the middle.
  ollama.setFault({ kind: "delay", ms: 150 });
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const changed = { OLLAMA_URL: ollama.url, EMBEDDING_DIMENSIONS: "256", PORT: port };
  const client = createClient({ url });
  const ready = async () => (await client.memory.stats.query()).embeddings.ready;
  let before = 0;
  for (const least of [1, 10, 25]) {
    await using server = startProcess({ ...databaseEnvironment(database.config), ...changed });
    await untilHealthy(server, url);
    expect((await client.memory.search.query({ query: "cellar" })).hits.length).toBeGreaterThan(0);
    await eventually("some have new vectors", async () => (await ready()) >= least);
    const covered = await ready();
    expect(covered).toBeGreaterThanOrEqual(before);
    before = covered;
    server.kill("SIGKILL");
    await server.ended;
  }
  ollama.setFault(null);
  await using server = await start(256);
  await server.untilReady(42);
});
