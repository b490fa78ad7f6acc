import {
  databaseEnvironment,
  freePort,
  type KeepsakeProcess,
  startProcess,
  untilHealthy,
} from "../../apps/api/test/_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "../../apps/api/test/_sabotage.ts";
import { connect, type DatabaseConfig, type DatabaseHandle } from "../../packages/db/src/index.ts";

const READY_WITHIN_MS = 120_000;

/** The server as its own process, which may be killed. */
export interface DrillServer extends AsyncDisposable {
  readonly url: string;
  readonly process: KeepsakeProcess;
}

/**
 * Starts the server on a database and waits until it answers. No answer of the cache leaves it for want of room.
 *
 * @param sabotages what is broken in it on purpose
 */
export async function startDrillServer(
  database: DatabaseConfig | string,
  environment: Record<string, string> = {},
  sabotages: readonly Sabotage[] = [],
): Promise<DrillServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const where = typeof database === "string" ? { DATABASE_URL: database } : databaseEnvironment(database);
  const variables = { ...where, PORT: String(port), LOG_LEVEL: "warn", CACHE_MAX_ENTRIES: "1000000", ...environment };
  const process = sabotages.length > 0 ? await startSabotaged(sabotages, variables) : await startWell(url, variables);
  return { url, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

async function startWell(url: string, variables: Record<string, string>): Promise<KeepsakeProcess> {
  const process = startProcess(variables);
  try {
    await untilHealthy(process, url, READY_WITHIN_MS);
    return process;
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** Looks into the database with nobody else in it. */
export async function lookInto<T>(
  database: DatabaseConfig,
  look: (sql: DatabaseHandle["sql"]) => Promise<T>,
): Promise<T> {
  await using handle = await connect(database);
  return await look(handle.sql);
}

/** A server's configuration by its URL, for whoever looks into it. */
export const serverConfig = (url: string): DatabaseConfig => ({
  home: "server",
  url,
  poolSize: 4,
  connectTimeoutMs: 15_000,
  statementTimeoutMs: 120_000,
  durability: "relaxed",
});
