import { setTimeout as delay } from "node:timers/promises";
import { createTestDatabase } from "@keepsake/db/testing";
import postgres from "postgres";
import { expect, test } from "vitest";
import { eventually, startTestServer } from "./_keepsake-server.ts";

/** More than a call may take, as building the indexes does after a restore of many memories. */
const HELD_MS = 3_000;
const CALL_MS = 1_000;

test("a start that waits for its vector indexes longer than a call may take comes up", async (ctx) => {
  await using database = await createTestDatabase();
  if (database.config.home === "embedded") return ctx.skip("the embedded database has no vector indexes");
  const config = { ...database.config, statementTimeoutMs: CALL_MS };
  const slow = { ...database, config, [Symbol.asyncDispose]: async () => {} };
  // Makes the tables and the space.
  await (await startTestServer({ embeddings: true, database: slow }))[Symbol.asyncDispose]();
  const sql = postgres(config.url, { max: 1, onnotice: () => {} });
  const indexes = () => sql`select from pg_indexes where indexname like 'embeddings_space_%_hnsw_idx'`;
  expect(await indexes()).not.toHaveLength(0);
  await sql.unsafe(
    "do $$ declare n text; begin for n in select indexname from pg_indexes where indexname like 'embeddings_space_%_hnsw_idx' loop execute 'drop index ' || n; end loop; end $$",
  );
  const lock = sql.begin(async (tx) => {
    await tx`lock table embeddings in access exclusive mode`;
    await delay(HELD_MS);
  });
  await delay(200);
  await using server = await startTestServer({ embeddings: true, database: slow });
  await lock;
  await server.client.memory.add.mutate({ content: "the blue vase" });
  await eventually("it has its vector", async () => (await server.client.memory.stats.query()).embeddings.ready === 1);
  expect(await indexes()).not.toHaveLength(0);
  await sql.end();
});
