import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { vector } from "@electric-sql/pglite-pgvector";
import { SESSION_SETTINGS } from "../session-settings.ts";
import { startCheckpoints } from "./checkpoints.ts";
import { DiskRoom } from "./disk-room.ts";
import { DurableFiles, durableStartParams } from "./durable-files.ts";
import { guardExecution } from "./guard-execution.ts";
import { Session } from "./sockets/session.ts";
import { SocketServer } from "./sockets/socket-server.ts";
import { StatementClock } from "./statement-clock.ts";
import { STOP, type WorkerInput, type WorkerMessage } from "./worker-protocol.ts";

// The thread that is the embedded PostgreSQL: PGlite behind two unix sockets.

/** PostgreSQL's last FATAL or PANIC. An ordinary error is not kept: it may repeat what a user wrote. */
let lastWords: string | null = null;

function listenForLastWords(line: string): boolean {
  lastWords = /\b(?:FATAL|PANIC):\s*(.+)/.exec(line)?.[1] ?? lastWords;
  return false;
}

function tell(port: MessagePort, message: WorkerMessage): void {
  port.postMessage(message);
}

/** In a worker thread `exit` ends the thread alone. */
function fail(port: MessagePort, error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  tell(port, { type: "failed", reason: (lastWords ?? said).replace(/\.+$/, "") });
  process.exit(1);
}

async function open(files: DurableFiles): Promise<PGlite> {
  const settings = Object.entries(SESSION_SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return await PGlite.create({
    fs: files,
    extensions: { vector, unaccent, btree_gin },
    startParams: [...durableStartParams(PGlite.defaultStartParams), ...settings],
    onStderr: listenForLastWords,
  });
}

async function serve(port: MessagePort, input: WorkerInput): Promise<void> {
  const files = new DurableFiles(input.clusterFolder);
  const pg = await open(files);
  guardExecution(pg, (error) => fail(port, error));
  const session = new Session(
    pg,
    new StatementClock(input.clockMemory, input.statementLimitMs),
    new DiskRoom(input.clusterFolder),
  );
  const server = new SocketServer(session);
  const stopCheckpoints = startCheckpoints(session, server.turnstile, files);
  port.once("message", (message) => {
    if (message !== STOP) return;
    stopCheckpoints();
    void end(port, pg, server);
  });
  await server.start(input.socketPaths);
  tell(port, { type: "ready" });
}

/** A clean end: no client, nothing half done, and a checkpoint, so that the next start has nothing to replay. */
async function end(port: MessagePort, pg: PGlite, server: SocketServer): Promise<never> {
  try {
    await server.stop();
    await pg.exec("checkpoint");
    await pg.close();
  } catch (error) {
    fail(port, error);
  }
  process.exit(0);
}

if (parentPort === null) throw new Error("embedded-worker.ts runs in a worker thread only.");
const port = parentPort;
serve(port, workerData as WorkerInput).catch((error: unknown) => fail(port, error));
