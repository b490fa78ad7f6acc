import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type postgres from "postgres";
import { loadConfig } from "../apps/api/src/config.ts";
import { connect, migrate, type ServerConfig } from "../packages/db/src/index.ts";
import { loadEnvFile } from "./load-env-file.ts";
import { copyTable, describeRows, listFilled, listTables, type Table } from "./move/copy-tables.ts";

// pnpm db:move: copies everything from the embedded database in KEEPSAKE_DATA_DIR to the server that DATABASE_URL or
// POSTGRES_HOST names. Both Keepsakes have to be stopped; what is there is left as it is. Work that waits in the
// background is not copied: the next start asks for what is missing.

function readTarget(): ServerConfig {
  const { database } = loadConfig(process.env, (path) => readFileSync(path, "utf8"));
  if (database.home === "server") return database;
  throw new Error("Name the server to move to: set DATABASE_URL, or POSTGRES_HOST and its companions.");
}

function readSource(): string {
  const dataDir = resolve(process.env["KEEPSAKE_DATA_DIR"] || "./data");
  if (existsSync(join(dataDir, "postgres"))) return dataDir;
  throw new Error(`There is no embedded database in ${dataDir}: set KEEPSAKE_DATA_DIR to its folder.`);
}

/** The whole target is one transaction: a move that fails or is interrupted leaves it empty. */
async function copyAll(from: postgres.Sql, to: postgres.Sql, tables: readonly Table[]): Promise<void> {
  await to.begin(async (tx) => {
    for (const table of tables) {
      await copyTable(from, tx, table);
      const was = await from.begin((reading) => describeRows(reading, table));
      const is = await describeRows(tx, table);
      if (was.rows !== is.rows || was.sum !== is.sum) {
        throw new Error(`${table.name} did not arrive as it was, so nothing was moved.`);
      }
      console.log(`${table.name.padEnd(24)} ${is.rows}`);
    }
  });
}

async function move(): Promise<void> {
  loadEnvFile();
  const target = readTarget();
  const onProgress = (step: string) => console.log(`${step} …`);
  await using source = await connect({ home: "embedded", dataDir: readSource() }, { onProgress });
  await using server = await connect(target, { onProgress });
  // Both to this version's schema: the columns are then the same.
  for (const handle of [source, server]) await migrate(handle, { onProgress });
  const tables = await listTables(source.sql);
  const filled = await listFilled(server.sql, tables);
  if (filled.length > 0) {
    throw new Error(
      `The server's database is in use (${filled.join(", ")} hold rows), so nothing was moved: name a new one.`,
    );
  }
  await using session = server.openSession();
  await copyAll(source.sql, session.sql, tables);
  await session.sql`analyze`;
}

try {
  // It takes none: whoever asks for help is not to begin a move.
  parseArgs({ options: {}, strict: true });
  await move();
  console.log(
    "Moved. Start Keepsake with the server's variables; the embedded folder is as it was, and can go when all is well.",
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
