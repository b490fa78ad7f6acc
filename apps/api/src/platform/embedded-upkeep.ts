import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "@keepsake/db";
import { sql } from "drizzle-orm";
import type { FailureLog } from "./failure-log.ts";

/** What a server's autovacuum does; the embedded PostgreSQL has no background processes. */

const LOOK_MS = 20_000;
/** Dead rows of the job queue above all. */
const VACUUM_EVERY_LOOKS = 180;
/** A table is analysed again when it grew by a fifth and so many pages of 8 kB. */
const GROWTH = { share: 1.2, pages: 8 };

/**
 * Keeps the planner's statistics fit and takes dead rows away, until the signal. Without statistics the planner takes
 * every table for empty, and a join of a thousand rows with a thousand rows took 387 ms instead of 7.
 */
export async function keepEmbeddedFit(db: Database, failures: FailureLog, signal: AbortSignal): Promise<void> {
  for (let look = 0; !signal.aborted; look += 1) {
    try {
      const isVacuumDue = look > 0 && look % VACUUM_EVERY_LOOKS === 0;
      for (const table of await findGrownTables(db, isVacuumDue)) {
        if (signal.aborted) return;
        // One statement a table, so that callers get their turn in between.
        await db.execute(sql.raw(`${isVacuumDue ? "vacuum (analyze)" : "analyze"} ${table}`));
      }
    } catch (error) {
      failures.tellOfWork(error, "upkeep of the embedded database failed; tried again later");
    }
    await delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Tables, quoted, whose files outgrew their statistics; or all of them. */
async function findGrownTables(db: Database, all: boolean): Promise<string[]> {
  const grown = sql`pg_relation_size(oid) / 8192 > greatest(relpages, 0) * ${GROWTH.share}::float8 + ${GROWTH.pages}`;
  const rows = await db.execute<{ name: string }>(sql`
    select format('%I.%I', relnamespace::regnamespace, relname) as name from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'pgboss')
    and (${all} or ${grown}) order by 1`);
  return rows.map(({ name }) => name);
}
