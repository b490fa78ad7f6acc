import {
  databaseEnvironment,
  freePort,
  type KeepsakeProcess,
  startProcess,
  untilHealthy,
} from "../../apps/api/test/_keepsake-process.ts";
import { connect, type DatabaseConfig, type DatabaseHandle } from "../../packages/db/src/index.ts";

const READY_WITHIN_MS = 120_000;

/** The server as its own process, which may be killed. */
export interface DrillServer extends AsyncDisposable {
  readonly url: string;
  readonly process: KeepsakeProcess;
}

/** Starts the server on a database and waits until it answers. No answer of the cache leaves it for want of room. */
export async function startDrillServer(
  database: DatabaseConfig | string,
  environment: Record<string, string> = {},
  nodeArguments: readonly string[] = [],
): Promise<DrillServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const where = typeof database === "string" ? { DATABASE_URL: database } : databaseEnvironment(database);
  const given = { PORT: String(port), LOG_LEVEL: "warn", CACHE_MAX_ENTRIES: "1000000", ...environment };
  const process = startProcess({ ...where, ...given }, nodeArguments);
  try {
    await untilHealthy(process, url, READY_WITHIN_MS);
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return { url, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** Looks into the database with nobody else in it. */
export async function lookInto<T>(
  database: DatabaseConfig,
  look: (sql: DatabaseHandle["sql"]) => Promise<T>,
): Promise<T> {
  await using handle = await connect(database);
  return await look(handle.sql);
}
