import { type DatabaseHandle, type Transaction, withDeadline } from "@keepsake/db";
import { sql } from "drizzle-orm";
import { type Db, fromDrizzle, PgBoss } from "pg-boss";
import type { Logger } from "./logger.ts";

/** One piece of background work. */
export interface Job<Data extends object> {
  readonly id: string;
  readonly data: Data;
}

/** A job to be sent. Jobs with the same key wait in the queue only once. */
export interface NewJob<Data extends object> {
  readonly key: string;
  readonly data: Data;
}

/** How much there is in a queue. */
export interface QueueState {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
}

/** Background work that survives a restart. Jobs are sent in the transaction of what they are about. */
export interface JobQueue extends AsyncDisposable {
  /** Sends jobs in a transaction: they exist once it commits. Wakes this process's worker soon after. */
  send<Data extends object>(tx: Transaction, queue: string, jobs: readonly NewJob<Data>[]): Promise<void>;
  /** Takes at most `limit` jobs, oldest first. A job that is not ended within a quarter of an hour is given out again. */
  take<Data extends object>(queue: string, limit: number): Promise<Job<Data>[]>;
  complete(queue: string, ids: readonly string[]): Promise<void>;
  /** Gives jobs back, to be taken again after a few seconds. */
  giveBack(queue: string, ids: readonly string[]): Promise<void>;
  /** Jobs of all queues that wait to be taken. */
  countWaiting(): Promise<number>;
  /** Takes a user's jobs out, whatever has become of them, in a transaction. @returns how many there were */
  removeOf(tx: Transaction, userId: string): Promise<number>;
  /** Every queue with what is in it, as of the last look at them, half a minute ago at most. */
  listQueues(): Promise<QueueState[]>;
  /** Resolves when this process sent jobs to one of the queues, or after `timeoutMs`. */
  waitForJobs(queues: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** Longer than any round takes; a restarted server asks for the vectors that a killed one left open by itself. */
const EXPIRE_SECONDS = 900;
const RETRY_DELAY_SECONDS = 5;
const STOP_MS = 5_000;
/** A model that is down for a week must not cost a vector. */
const RETRY_LIMIT = 1_000_000;

/**
 * Starts pg-boss over a lane of its own, so that its polling never takes one from a caller. Its schema is made or
 * upgraded under its own lock.
 *
 * @param queues the queues to make; sending to another one fails
 */
export async function startJobQueue(
  handle: DatabaseHandle,
  queues: readonly string[],
  logger: Logger,
): Promise<JobQueue> {
  await using resources = new AsyncDisposableStack();
  const boss = new PgBoss({
    db: toBossDatabase(handle.jobs),
    backend: handle.home === "embedded" ? "pglite" : "postgres",
    schedule: false,
    superviseIntervalSeconds: 30,
    monitorIntervalSeconds: 30,
    maintenanceIntervalSeconds: 3600,
    // No job waits for another one here, and each look whether one does would be a write: every 5 s, on an idle disk too.
    flowIntervalSeconds: 24 * 3600,
    reindex: false,
    monitorVacuum: false,
  });
  boss.on("error", (error) => logger.warn({ error: error.message }, "background queue: a statement failed"));
  await boss.start();
  resources.defer(() => stopBoss(boss));
  for (const queue of queues) await createQueue(boss, queue);
  return toJobQueue(boss, resources.move());
}

/** A stop that a lost connection holds up must not hold up the server's end. */
async function stopBoss(boss: PgBoss): Promise<void> {
  const stopping = boss.stop({ graceful: true, timeout: STOP_MS, close: false });
  await withDeadline(stopping, STOP_MS + 1_000).catch(() => {});
}

async function createQueue(boss: PgBoss, queue: string): Promise<void> {
  if (await boss.getQueue(queue)) return;
  await boss.createQueue(queue, {
    // At most one waiting job a key, however often an item changes.
    policy: "short",
    expireInSeconds: EXPIRE_SECONDS,
    retryLimit: RETRY_LIMIT,
    retryDelay: RETRY_DELAY_SECONDS,
    retentionSeconds: 365 * 24 * 3600,
    deleteAfterSeconds: 3600,
  });
}

function toBossDatabase(lane: DatabaseHandle["jobs"]): Db {
  return {
    async executeSql(text, values) {
      const result: unknown = await lane.use(async (sql) => sql.unsafe(asOneMessage(text), values as never[]));
      return { rows: toRows(result) };
    },
  };
}

/**
 * A text that is a whole transaction, without its BEGIN and COMMIT: several statements in one message are a transaction
 * anyway. With them, a failure half-way would never reach the COMMIT and leave the connection, which on the embedded
 * home is everybody's, in the failed transaction.
 */
function asOneMessage(text: string): string {
  return /^\s*BEGIN;(.*)COMMIT;\s*$/s.exec(text)?.[1] ?? text;
}

/** A text of several statements gives a list of lists; pg-boss wants all their rows. */
function toRows(result: unknown): unknown[] {
  if (!Array.isArray(result)) return [];
  return Array.isArray(result[0]) ? result.flat() : [...result];
}

function toJobQueue(boss: PgBoss, resources: AsyncDisposableStack): JobQueue {
  const bells = new Map<string, Set<() => void>>();
  const ring = (queue: string) => {
    for (const wake of bells.get(queue) ?? []) wake();
  };
  return {
    async send(tx, queue, jobs) {
      if (jobs.length === 0) return;
      const rows = jobs.map(({ key, data }) => ({ singletonKey: key, data }));
      await boss.insert(queue, rows, { db: fromDrizzle(tx, sql) });
      // The commit follows within milliseconds; a bell that rings too early only costs one empty look.
      setTimeout(ring, 20, queue).unref();
    },
    async take(queue, limit) {
      return (await boss.fetch(queue, { batchSize: limit })) as never;
    },
    async complete(queue, ids) {
      if (ids.length > 0) await boss.complete(queue, [...ids]);
    },
    async giveBack(queue, ids) {
      if (ids.length > 0) await boss.fail(queue, [...ids]);
    },
    async countWaiting() {
      const stats = await boss.getQueues();
      return stats.reduce((sum, queue) => sum + queue.queuedCount, 0);
    },
    async removeOf(tx, userId) {
      // pg-boss has no call that finds jobs by what is in them.
      const removed = await tx.execute(sql`delete from pgboss.job where data ->> 'userId' = ${userId}`);
      return removed.count;
    },
    async listQueues() {
      const stats = await boss.getQueues();
      // pg-boss's own stand among them.
      const ours = stats.filter(({ name }) => !name.startsWith("__"));
      return ours.map(({ name, queuedCount, activeCount }) => ({
        queue: name,
        waiting: queuedCount,
        active: activeCount,
      }));
    },
    waitForJobs: (queues, timeoutMs, signal) => waitForBell(bells, queues, timeoutMs, signal),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function waitForBell(
  bells: Map<string, Set<() => void>>,
  queues: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
) {
  return new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      for (const queue of queues) bells.get(queue)?.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, timeoutMs);
    signal.addEventListener("abort", wake, { once: true });
    for (const queue of queues) bells.set(queue, (bells.get(queue) ?? new Set()).add(wake));
    if (signal.aborted) wake();
  });
}
