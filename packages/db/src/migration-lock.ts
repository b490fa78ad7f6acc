import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { MigrationError } from "./database-error.ts";
import { withDeadline } from "./deadline.ts";

/** "keep" and "sake" as ASCII: one key for every version, so that an old and a new one never migrate together. */
const LOCK_KEY = [0x6b656570, 0x73616b65] as const;
const POLL_MS = 100;
/** For one question; a server that dies meanwhile would otherwise hold us for ever. */
const ANSWER_DEADLINE_MS = 30_000;

/**
 * Takes the lock under which the schema is changed; the next server waits its turn. It asks again and again instead of
 * waiting inside PostgreSQL, where a waiting statement would hold up `CREATE INDEX CONCURRENTLY` and meet the server's
 * own time-outs.
 *
 * @param sql one single connection: the lock is its session's
 * @throws MigrationError after `waitMs`
 */
export async function takeMigrationLock(
  sql: postgres.Sql,
  waitMs: number,
  onWait: () => void,
): Promise<AsyncDisposable> {
  const giveUpAt = performance.now() + waitMs;
  for (let attempt = 0; !(await withDeadline(tryLock(sql), ANSWER_DEADLINE_MS)); attempt += 1) {
    if (performance.now() > giveUpAt) {
      throw new MigrationError(
        `Another server has been migrating this database for ${Math.round(waitMs / 1000)} s: look at it first (pg_stat_activity shows application_name keepsake), then start again.`,
      );
    }
    if (attempt === 0) onWait();
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
  return {
    [Symbol.asyncDispose]: async () => {
      // Without its connection the lock is gone already.
      await sql`select pg_advisory_unlock(${LOCK_KEY[0]}, ${LOCK_KEY[1]})`.catch(() => {});
    },
  };
}

async function tryLock(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<[{ locked: boolean }]>`
    select pg_try_advisory_lock(${LOCK_KEY[0]}, ${LOCK_KEY[1]}) as locked`;
  return row.locked;
}

/**
 * Makes sure, inside a migration's transaction, that its session still holds the lock: not after a lost connection, and
 * never behind a pooler that hands out sessions by transaction.
 *
 * @throws MigrationError
 */
export async function assertMigrationLock(tx: postgres.TransactionSql): Promise<void> {
  const [row] = await tx<[{ held: boolean }]>`
    select exists (
      select from pg_locks
      where locktype = 'advisory' and pid = pg_backend_pid() and granted
        and classid = ${LOCK_KEY[0]} and objid = ${LOCK_KEY[1]}
    ) as held`;
  if (row.held) return;
  throw new MigrationError(
    "The migration's lock was lost: the connection broke, or it goes through a pooler in transaction mode. Point DATABASE_URL at PostgreSQL itself, at least for a start that migrates.",
  );
}
