import { connect } from "@keepsake/db";
import { embeddings } from "@keepsake/db/schema";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { eventually, startTestServer, testConfig } from "./_keepsake-server.ts";

const SILENT = createLogger({ level: "silent", format: "json" });

test("a start that cannot ask for missing vectors asks for them once it can", async () => {
  await using database = await createTestDatabase();
  await using ollama = await startFakeOllama();
  const config = testConfig(database.config, { ollamaUrl: ollama.url });
  {
    await using before = await startKeepsake(testConfig(database.config, { ollamaUrl: null }), SILENT);
    const { db } = before.services;
    await db.execute(`insert into users (user_id) values ('ann')`);
    await db.execute(`insert into knowledge (user_id, id, content, content_hash)
      values ('ann', gen_random_uuid(), 'The lamp in the hall is broken', 'hash')`);
  }
  {
    await using handle = await connect(database.config);
    await handle.sql`alter table knowledge rename to knowledge_away`;
  }
  const model = { url: ollama.url, model: "nomic-embed-text", dimensions: 384 };
  await using server = await startKeepsake({ ...config, embeddings: model }, SILENT);
  const { db } = server.services;
  const countVectors = async () =>
    Number((await db.execute(`select count(*) as vectors from embeddings`))[0]?.["vectors"]);
  expect(await countVectors()).toBe(0);
  await db.execute(`alter table knowledge_away rename to knowledge`);
  await eventually("the vector is there", async () => (await countVectors()) === 1);
});

test("a text that changes while the model has it gets the vector of what it is now", async () => {
  await using server = await startTestServer({ embeddings: true });
  const { client, ollama } = server;
  const [first, now] = ["The key is under the mat", "The bicycle is in the cellar"];
  ollama.setFault({ kind: "hold" });
  const { id } = await client.memory.add.mutate({ content: first });
  await eventually("the model has the text", async () =>
    ollama
      .embedInputs()
      .flat()
      .some((text) => text.includes(first)),
  );
  await client.memory.update.mutate({ id, content: now });
  ollama.setFault(null);
  const other = server.clientOf("other");
  await other.memory.add.mutate({ content: now, wait: true });
  await eventually("the vector is there", async () => (await client.memory.get.query({ id })).embedding === "ready");
  const vectorsOf = (userId: string) =>
    server.keepsake.services.db
      .select({ vector: embeddings.embedding })
      .from(embeddings)
      .where(eq(embeddings.userId, userId));
  expect(await vectorsOf("default")).toEqual(await vectorsOf("other"));
});

test("a memory that is restored while an older request for its vectors is answered gets them all the same", async (context) => {
  if (testEngine() === "embedded") return context.skip("on the embedded home nobody looks while a change commits");
  await using database = await createTestDatabase();
  await using server = await startTestServer({ embeddings: true, database });
  const { client, ollama } = server;
  const { db } = server.keepsake.services;
  ollama.setFault({ kind: "hold" });
  await client.memory.add.mutate({ content: "It keeps the model busy" });
  await eventually("the model is busy", async () => ollama.embedInputs().length > 0);
  const { id } = await client.memory.add.mutate({ content: "The spare key is under the pot" });
  await client.memory.forget.mutate({ id });
  await db.execute(`create function hold_commit() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock(4711); return null; end $$`);
  await db.execute(`create constraint trigger hold_commit after update on knowledge
    deferrable initially deferred for each row execute function hold_commit()`);
  await using other = await connect(database.config);
  const countJobs = async (states: string) =>
    (await other.sql`select from pgboss.job where data ->> 'itemId' = ${id} and state = any(${states.split(" ")})`)
      .length;
  let restored: Promise<unknown> = Promise.resolve();
  await other.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4711)`;
    restored = client.memory.restore.mutate({ id });
    const isHeld = async () =>
      (await db.execute(`select from pg_locks where locktype = 'advisory' and not granted`)).length > 0;
    await eventually("the restoring is about to commit", isHeld);
    ollama.setFault(null);
    await eventually("the older request was answered", async () => (await countJobs("created active retry")) === 0);
  });
  await restored;
  await eventually("the vector is there", async () => (await client.memory.get.query({ id })).embedding === "ready");
});
