import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { EmbeddedDatabaseLostError } from "../database-error.ts";
import { withDeadline } from "../deadline.ts";
import { STOP, type WorkerInput, type WorkerMessage } from "./worker-protocol.ts";

/**
 * With room on the stack PostgreSQL's own limit (2 MB of its stack) is met first, and deep JSON or a deep expression is
 * an ordinary error; with Node's 4 MB the thread overflows before it.
 */
const STACK_MB = 64;
/** A first start takes seconds; replaying a long log after a kill can take minutes. */
const OPEN_DEADLINE_MS = 600_000;
const STOP_DEADLINE_MS = 10_000;

/** The running worker. */
export interface EmbeddedWorker {
  /** Closes the database with a checkpoint; after 10 s the thread is ended instead, which loses nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the worker and waits until it serves.
 *
 * @param onLost called when the worker ends unasked after that
 * @throws Error with PostgreSQL's reason when it cannot open the folder
 */
export async function launchWorker(
  input: WorkerInput,
  onLost: (error: EmbeddedDatabaseLostError) => void,
): Promise<EmbeddedWorker> {
  const worker = startThread(input);
  const { ready, ended } = watchLife(worker);
  const failed = ended.then((reason) => Promise.reject(new Error(reason)));
  try {
    await withDeadline(Promise.race([ready, failed]), OPEN_DEADLINE_MS);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  let isStopping = false;
  void ended.then((reason) => {
    if (!isStopping) onLost(new EmbeddedDatabaseLostError(`The embedded PostgreSQL stopped: ${reason}.`));
  });
  return {
    stop: async () => {
      isStopping = true;
      worker.postMessage(STOP);
      await withDeadline(ended, STOP_DEADLINE_MS).catch(() => {});
      await worker.terminate();
    },
  };
}

function startThread(input: WorkerInput): Worker {
  const worker = new Worker(workerFile(), {
    name: "embedded-postgresql",
    workerData: input,
    resourceLimits: { stackSizeMb: STACK_MB },
    // PGlite prints; its words would stand between the server's log lines.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}

/** `ended` gives the reason. */
function watchLife(worker: Worker): { ready: Promise<void>; ended: Promise<string> } {
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  let reason = "its thread ended without a word";
  worker.on("message", (message: WorkerMessage) => {
    if (message.type === "ready") ready.resolve();
    else reason = message.reason;
  });
  worker.on("error", (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  worker.on("exit", () => ended.resolve(reason));
  return { ready: ready.promise, ended: ended.promise };
}

/**
 * The worker's file by its package's name, because this code may run from its source, or inlined in another package's
 * bundle. `require.resolve` and not `import.meta.resolve`, which vitest does not have.
 */
function workerFile(): string {
  return createRequire(import.meta.url).resolve("@keepsake/db/embedded-worker");
}
