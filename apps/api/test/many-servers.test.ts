import { createClient } from "@keepsake/client";
import { createEmptyDatabase, type TestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { eventually, testConfig } from "./_keepsake-server.ts";
import { sha256 } from "./_training-export.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const SERVERS = 20;

test("twenty servers that start at once on an empty database all come up, and share the work", async (ctx) => {
  const { config } = database;
  if (config.home === "embedded") return ctx.skip("the embedded database has one server");
  await using ollama = await startFakeOllama();
  const settings = testConfig({ ...config, poolSize: 2 }, { ollamaUrl: ollama.url });
  const logger = createLogger(settings.logging);
  const starts = await Promise.allSettled(Array.from({ length: SERVERS }, () => startKeepsake(settings, logger)));
  await using servers = new AsyncDisposableStack();
  const urls = starts.flatMap((start) => (start.status === "fulfilled" ? [servers.use(start.value).url] : []));
  expect(starts.filter(({ status }) => status === "rejected")).toEqual([]);

  const added = await Promise.all(
    urls.map((url) => createClient({ url }).memory.add.mutate({ content: `from ${url}` })),
  );
  expect(new Set(added.map(({ id }) => id)).size).toBe(SERVERS);
  const client = createClient({ url: urls[0] ?? "" });
  await eventually("all have vectors", async () => (await client.memory.stats.query()).embeddings.ready === SERVERS);
  const inputs = ollama.embedInputs().flat();
  expect(inputs.filter((input) => input.includes("from http")).length).toBe(SERVERS);
});

test("an export that one server began is finished by another, page by page", async (ctx) => {
  const { config } = database;
  if (config.home === "embedded") return ctx.skip("the embedded database has one server");
  const settings = testConfig({ ...config, poolSize: 2 }, { ollamaUrl: null });
  const logger = createLogger(settings.logging);
  await using one = await startKeepsake(settings, logger);
  await using other = await startKeepsake(settings, logger);
  const [here, there] = [one, other].map(({ url }) => createClient({ url, userId: "exports" }).training);
  if (!here || !there) throw new Error("two servers were started");
  for (const outputText of ["a", "b", "c"]) await here.add.mutate({ inputText: "q", outputText });
  const first = await here.export.query({ format: "alpaca", limit: 1 });
  const second = await there.export.query({ format: "alpaca", limit: 1, cursor: first.nextCursor ?? "" });
  const last = await here.export.query({ format: "alpaca", limit: 1, cursor: second.nextCursor ?? "" });
  const text = [first, second, last].flatMap(({ lines }) => lines.map((line) => `${line}\n`)).join("");
  expect(last.manifest).toMatchObject({ counts: { lines: 3 }, sha256: sha256(text) });
  expect(await there.markExported.mutate({ exportId: first.exportId })).toMatchObject({ marked: 3 });
});
