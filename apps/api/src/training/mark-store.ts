import type { Queryable, Transaction } from "@keepsake/db";
import { trainingData, trainingExportRows, trainingExports } from "@keepsake/db/schema";
import { and, asc, eq, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** Rows of one transaction: a tenth of a second or less, so that callers of a single connection get their turn. */
const BATCH_ROWS = 1_000;

/** Notes that an export is marked from now on; the first time stays. */
export async function beginMarking(actor: Actor, tx: Transaction, exportId: string): Promise<void> {
  await tx
    .update(trainingExports)
    .set({ markedAt: sql`coalesce(${trainingExports.markedAt}, now())` })
    .where(and(ownedBy(actor, trainingExports), eq(trainingExports.id, exportId)));
}

/**
 * Marks some of the examples that an export has written, those of which nothing has changed since, and adds their number
 * to the export. One transaction of a user at a time, since two exports may hold the same examples.
 *
 * @returns whether more may be left
 */
export async function markSome(actor: Actor, tx: Transaction, exportId: string): Promise<boolean> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`training-marks ${actor.userId}`}, 0))`);
  const noted = and(ownedBy(actor, trainingExportRows), eq(trainingExportRows.exportId, exportId));
  const rows = await tx
    .select({ id: trainingExportRows.exampleId })
    .from(trainingExportRows)
    .where(noted)
    .orderBy(asc(trainingExportRows.exampleId))
    .limit(BATCH_ROWS);
  const [first, last] = [rows[0]?.id, rows.at(-1)?.id];
  if (first === undefined || last === undefined) return false;
  await markBetween(actor, tx, exportId, first, last);
  await tx.delete(trainingExportRows).where(and(noted, lte(trainingExportRows.exampleId, last)));
  return rows.length === BATCH_ROWS;
}

/** Both tables are read along their keys, whatever the planner knows of a table that was filled a moment ago. */
async function markBetween(actor: Actor, tx: Transaction, exportId: string, first: string, last: string) {
  await tx.execute(sql`
    with marked as (
      update ${trainingData} set exported = true from ${trainingExportRows}
      where ${trainingData.userId} = ${actor.userId} and ${trainingExportRows.userId} = ${actor.userId}
        and ${trainingExportRows.exportId} = ${exportId}
        and ${trainingExportRows.exampleId} between ${first} and ${last}
        and ${trainingData.id} between ${first} and ${last}
        and ${trainingData.id} = ${trainingExportRows.exampleId}
        and ${trainingData.version} = ${trainingExportRows.version}
      returning 1)
    update ${trainingExports} set counts = jsonb_set(counts, '{marked}',
      to_jsonb(coalesce((counts ->> 'marked')::bigint, 0) + (select count(*) from marked)))
    where ${trainingExports.userId} = ${actor.userId} and ${trainingExports.id} = ${exportId}`);
}

/** How many examples were marked through an export. */
export async function countMarked(actor: Actor, db: Queryable, exportId: string): Promise<number> {
  const [row] = await db
    .select({ marked: sql<number>`coalesce((${trainingExports.counts} ->> 'marked')::bigint, 0)`.mapWith(Number) })
    .from(trainingExports)
    .where(and(ownedBy(actor, trainingExports), eq(trainingExports.id, exportId)));
  return row?.marked ?? 0;
}

/** Removes exports that were broken off a day ago, and those that nobody has marked for 30 days. @returns how many */
export async function pruneExports(actor: Actor, tx: Transaction): Promise<number> {
  const { completedAt, createdAt, markedAt } = trainingExports;
  const isBrokenOff = and(isNull(completedAt), sql`${createdAt} < now() - interval '1 day'`);
  const isLeftAlone = and(isNotNull(completedAt), isNull(markedAt), sql`${completedAt} < now() - interval '30 days'`);
  const rows = await tx
    .delete(trainingExports)
    .where(and(ownedBy(actor, trainingExports), or(isBrokenOff, isLeftAlone)))
    .returning({ id: trainingExports.id });
  return rows.length;
}
