import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { connect, type EmbeddedConfig } from "@keepsake/db";
import { createEmptyDatabase, testEngine } from "@keepsake/db/testing";
import { expect, test } from "vitest";

const MB = 1024 * 1024;
const STATEMENTS = 16;
/** A checkpoint each 64 MB, the segments kept for later, and the statement under way. */
const LOG_MB_MAX = 144;

test("the log of the embedded database stays bounded, however much is written", { timeout: 300_000 }, async (ctx) => {
  if (testEngine() !== "embedded") ctx.skip("a server makes its checkpoints by itself");
  await using database = await createEmptyDatabase();
  await using handle = await connect(database.config);
  await handle.sql`create table written (id bigint, filler text)`;
  let largestMb = 0;
  for (let statement = 0; statement < STATEMENTS; statement += 1) {
    await handle.sql`insert into written select i, repeat('y', 1000) from generate_series(1, 20000) i`;
    // Checkpoints come between statements, once a second at most.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    largestMb = Math.max(largestMb, (await sizeOfLog(database.config as EmbeddedConfig)) / MB);
  }
  const [row] = await handle.sql<{ written: string }[]>`select pg_current_wal_lsn() - '0/0'::pg_lsn as written`;
  expect(Number(row?.written) / MB).toBeGreaterThan(2 * LOG_MB_MAX);
  expect(largestMb).toBeLessThan(LOG_MB_MAX);
});

async function sizeOfLog({ dataDir }: EmbeddedConfig): Promise<number> {
  const folder = join(dataDir, "postgres", "pg_wal");
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ name }) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
