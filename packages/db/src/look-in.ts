import { existsSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import type { DatabaseConfig, DatabaseSession, ServerConfig } from "./database.ts";
import { DatabaseStartError } from "./database-error.ts";
import { endClient } from "./database-handle.ts";
import { withDeadline } from "./deadline.ts";
import { sideSocketPath } from "./embedded/socket-folder.ts";
import { SIDE_READER } from "./embedded/sockets/side-lane.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import { findMigrationsFolder, readMigrationFiles } from "./migration-files.ts";
import { type AppliedMigration, type MigrationPlan, planMigrations } from "./migration-history.ts";
import { openSingleConnection, openSocketClient } from "./postgres-client.ts";
import { toServerStartError } from "./server-fault.ts";

/** Long enough for a server that is busy with a statement of its own. */
const SIDE_DEADLINE_MS = 15_000;

/**
 * Opens a database beside the server that may be using it, changes nothing in it and asks nothing of its schema: for
 * commands that look.
 *
 * @throws DatabaseStartError when it cannot be opened, or there is none yet
 */
export async function lookIn(config: DatabaseConfig): Promise<DatabaseSession> {
  return config.home === "server" ? await lookInServer(config) : await openBeside(config.dataDir, SIDE_READER);
}

async function lookInServer(config: ServerConfig): Promise<DatabaseSession> {
  const sql = openSingleConnection(config);
  try {
    await withDeadline(sql`set default_transaction_read_only = on`, config.connectTimeoutMs);
    return { sql, [Symbol.asyncDispose]: () => endClient(sql) };
  } catch (error) {
    void sql.end({ timeout: 0 }).catch(() => {});
    throw toServerStartError(error, sql);
  }
}

/**
 * Opens the embedded PostgreSQL: through the running server's side socket, or by itself when nobody has it open.
 *
 * @param user `SIDE_READER`, which may only read while a server runs, or `postgres`, which may do everything
 * @throws DatabaseStartError
 */
export async function openBeside(dataDir: string, user: string): Promise<DatabaseSession> {
  if (!existsSync(join(dataDir, "postgres"))) {
    throw new DatabaseStartError(`There is no database in ${dataDir} yet: the first start of Keepsake makes it.`);
  }
  return (await openSideSocket(dataDir, user)) ?? (await openAlone(dataDir));
}

/**
 * Opens the embedded PostgreSQL through the running server's side socket.
 *
 * @returns null when no server runs; one that was killed leaves a socket on which nobody answers
 */
export async function openSideSocket(dataDir: string, user: string): Promise<DatabaseSession | null> {
  const path = await sideSocketPath(dataDir);
  if (path === null) return null;
  const sql = openSocketClient(path, {}, user);
  try {
    await withDeadline(sql`select 1`, SIDE_DEADLINE_MS);
    return { sql, [Symbol.asyncDispose]: () => endClient(sql) };
  } catch {
    void sql.end({ timeout: 0 }).catch(() => {});
    return null;
  }
}

async function openAlone(dataDir: string): Promise<DatabaseSession> {
  const server = await startEmbedded(dataDir);
  const sql = openSocketClient(server.socketPath);
  return {
    sql,
    async [Symbol.asyncDispose]() {
      await endClient(sql);
      await server.stop();
    },
  };
}

/**
 * What the next start would do to the schema.
 *
 * @throws MigrationError when this version cannot work with it
 */
export async function readMigrationPlan(sql: postgres.Sql): Promise<MigrationPlan> {
  const files = await readMigrationFiles(findMigrationsFolder());
  const [row] = await sql<[{ isThere: boolean }]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as "isThere"`;
  if (!row.isThere) return planMigrations(files, []);
  const applied = await sql<AppliedMigration[]>`
    select name, hash, breaking from drizzle.__drizzle_migrations order by id`;
  return planMigrations(files, applied);
}
