import { createClient, type KeepsakeClient } from "@keepsake/client";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "../apps/api/test/_keepsake-process.ts";
import type { DatabaseConfig } from "../packages/db/src/index.ts";
import { residentMib, takePeakMib } from "./_process-memory.ts";

const CALL_TIMEOUT_MS = 120_000;
const READY_WITHIN_MS = 120_000;
/** What a start leaves to the garbage collector is gone by then. */
const SETTLED_AFTER_MS = 5_000;

/** The server as a process of its own, so that nothing of the measuring is in its memory. Linux alone tells its memory. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  clientOf(userId: string): KeepsakeClient;
  /** Resident memory now, MiB. */
  residentMib(): Promise<number>;
  /** The most resident memory since the last call, MiB. */
  takePeakMib(): Promise<number>;
}

/** Starts the server on a database and waits until it has settled. */
export async function startServerProcess(database: DatabaseConfig): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startProcess({ ...databaseEnvironment(database), PORT: String(port), LOG_LEVEL: "warn" });
  await untilHealthy(server, url, READY_WITHIN_MS);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER_MS));
  const { pid } = server.child;
  return {
    url,
    clientOf: (userId) => createClient({ url, userId, timeoutMs: CALL_TIMEOUT_MS }),
    residentMib: () => residentMib(pid),
    takePeakMib: () => takePeakMib(pid),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
