import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { SESSION_SETTINGS } from "../session-settings.ts";
import { guardMainLoop } from "./guard-main-loop.ts";
import { STOP, type WorkerInput, type WorkerMessage } from "./worker-protocol.ts";

// The thread that is the embedded PostgreSQL: PGlite behind a unix socket, for one client.

const LOG_LINES_KEPT = 5;

function tell(port: MessagePort, message: WorkerMessage): void {
  port.postMessage(message);
}

/** In a worker thread this ends the thread alone. */
function fail(port: MessagePort, reason: string): never {
  tell(port, { type: "failed", reason });
  process.exit(1);
}

/** PostgreSQL's last words before it gave up opening; they say more than PGlite's error does. */
function createOpeningLog() {
  const lines: string[] = [];
  const keep = (line: string): boolean => {
    if (/\b(ERROR|FATAL|PANIC):/.test(line)) lines.splice(0, lines.length - LOG_LINES_KEPT + 1, line);
    return false;
  };
  return { keep, lastWords: () => lines.at(-1)?.replace(/^.*\b(?:ERROR|FATAL|PANIC):\s*/, "") };
}

async function open(clusterFolder: string): Promise<PGlite> {
  const log = createOpeningLog();
  const settings = Object.entries(SESSION_SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  try {
    return await PGlite.create({
      dataDir: clusterFolder,
      extensions: { vector, unaccent },
      startParams: [...PGlite.defaultStartParams, ...settings],
      onStderr: log.keep,
    });
  } catch (error) {
    throw new Error(log.lastWords() ?? messageOf(error), { cause: error });
  }
}

async function serve(port: MessagePort, { clusterFolder, socketPath }: WorkerInput): Promise<void> {
  const pg = await open(clusterFolder);
  guardMainLoop(pg, (error) => fail(port, messageOf(error)));
  const server = new PGLiteSocketServer({ db: pg, path: socketPath, maxConnections: 1 });
  await server.start();
  port.once("message", (message) => {
    if (message === STOP) void end(port, pg, server);
  });
  tell(port, { type: "ready" });
}

/** A clean end: no client, nothing half done, and a checkpoint, so that the next start has nothing to replay. */
async function end(port: MessagePort, pg: PGlite, server: PGLiteSocketServer): Promise<never> {
  try {
    await server.stop();
    if (pg.isInTransaction()) await pg.exec("rollback");
    await pg.exec("checkpoint");
    await pg.close();
  } catch (error) {
    fail(port, messageOf(error));
  }
  process.exit(0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (parentPort === null) throw new Error("embedded-worker.ts runs in a worker thread only.");
const port = parentPort;
serve(port, workerData as WorkerInput).catch((error: unknown) => fail(port, messageOf(error)));
