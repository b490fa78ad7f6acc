import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { withDeadline } from "../deadline.ts";
import { createClockMemory, LONG_LIMIT_MS, StatementWatch } from "./statement-clock.ts";
import { STOP, type WorkerInput, type WorkerMessage } from "./worker-protocol.ts";

/**
 * With room on the stack PostgreSQL's own limit (2 MB of its stack) is met first, and deep JSON or a deep expression is
 * an ordinary error; with Node's 4 MB the thread overflows before it.
 */
const STACK_MB = 64;
/** A first start takes seconds; replaying a long log after a kill can take minutes. */
const OPEN_DEADLINE_MS = LONG_LIMIT_MS;
const STOP_DEADLINE_MS = 10_000;
const WATCH_MS = 500;

/** The running worker. */
export interface EmbeddedWorker {
  /** Resolves with the reason when the worker ends unasked. */
  readonly lost: Promise<string>;
  /** Closes the database with a checkpoint; after 10 s the thread is ended instead, which loses nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the worker, waits until it serves, and from then on ends it when a statement takes longer than it may: nothing
 * else stops one, and nobody else would be served meanwhile.
 *
 * @throws Error with PostgreSQL's reason when it cannot open the folder
 */
export async function launchWorker(input: Omit<WorkerInput, "clockMemory">): Promise<EmbeddedWorker> {
  const clockMemory = createClockMemory();
  const watch = new StatementWatch(clockMemory);
  const worker = startThread({ ...input, clockMemory });
  const { ready, ended } = watchLife(worker);
  const failed = ended.then((reason) => Promise.reject(new Error(reason)));
  try {
    await withDeadline(Promise.race([ready, failed]), OPEN_DEADLINE_MS);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  const lost = Promise.withResolvers<string>();
  const hung = endWhenOverdue(worker, watch);
  void ended.then((reason) => lost.resolve(hung.reason() ?? reason));
  return {
    lost: lost.promise,
    stop: async () => {
      hung.stop();
      worker.postMessage(STOP);
      await withDeadline(ended, STOP_DEADLINE_MS).catch(() => {});
      await worker.terminate();
    },
  };
}

function endWhenOverdue(worker: Worker, watch: StatementWatch): { reason(): string | null; stop(): void } {
  let reason: string | null = null;
  const timer = setInterval(() => {
    if (watch.overdueMs() === 0) return;
    clearInterval(timer);
    reason = "a statement took longer than it may and was ended with it";
    void worker.terminate();
  }, WATCH_MS).unref();
  worker.once("exit", () => clearInterval(timer));
  return { reason: () => reason, stop: () => clearInterval(timer) };
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
