import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const ROUNDS = 25;

/** Ends every connection to the test's database but its own. */
async function breakConnections(control: postgres.Sql, database: string): Promise<void> {
  await control`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database}`;
}

test("connections that break under load cost a call at most, never the server, and nothing acknowledged", async (ctx) => {
  if (server.engine !== "postgres")
    return ctx.skip("the embedded database has one connection, which lives as long as it");
  const [row] = await server.keepsake.services.db.execute<{ name: string }>(sql`select current_database() as name`);
  const control = postgres(process.env["TEST_DATABASE_URL"] ?? "", { max: 1 });
  const { client } = server;
  const acknowledged: string[] = [];
  const reasons = new Set<string | null>();
  let running = true;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let number = 0; running; number += 1) {
      const content = `Written by ${writer} as its number ${number}`;
      const call =
        number % 3 ? client.memory.add.mutate({ content }) : client.memory.addMany.mutate({ items: [{ content }] });
      await call.then(
        () => acknowledged.push(content),
        (error: unknown) => reasons.add(errorReason(error)),
      );
    }
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    await breakConnections(control, row?.name ?? "");
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  running = false;
  await Promise.all(writers);
  await control.end();

  expect([...reasons].filter((reason) => reason !== "DATABASE_UNAVAILABLE")).toEqual([]);
  const isBack = () =>
    client.memory.stats.query().then(
      () => true,
      () => false,
    );
  await eventually("calls are answered again", isBack);
  const kept = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.memory.list.query({ limit: 200, ...(cursor && { cursor }) });
    for (const { content } of page.items) kept.add(content);
    cursor = page.nextCursor;
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.filter((content) => !kept.has(content))).toEqual([]);
  const isEmbedded = async () => (await client.memory.stats.query()).embeddings.pending === 0;
  await eventually("the background queue took its work up again", isEmbedded, 40_000);
});
