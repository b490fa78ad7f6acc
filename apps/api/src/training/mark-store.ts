import type { Queryable, Transaction } from "@keepsake/db";
import { trainingData, trainingExportRows, trainingExports } from "@keepsake/db/schema";
import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
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
 * to the export. One transaction of a user at a time, since two exports may hold the same examples in another order.
 *
 * @returns how many rows of the export were settled; 0 when all are
 */
export async function markSome(actor: Actor, tx: Transaction, exportId: string): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`training-marks ${actor.userId}`}, 0))`);
  const [row] = await tx.execute<{ settled: string }>(sql`
    with settled as (
      delete from ${trainingExportRows} where user_id = ${actor.userId} and export_id = ${exportId}
        and example_id in (select example_id from ${trainingExportRows}
          where user_id = ${actor.userId} and export_id = ${exportId} order by example_id limit ${BATCH_ROWS})
      returning example_id, version),
    marked as (
      update ${trainingData} set exported = true from settled
      where ${trainingData.userId} = ${actor.userId} and ${trainingData.id} = settled.example_id
        and ${trainingData.version} = settled.version
      returning 1),
    counted as (
      update ${trainingExports} set counts = jsonb_set(counts, '{marked}',
        to_jsonb(coalesce((counts ->> 'marked')::bigint, 0) + (select count(*) from marked)))
      where user_id = ${actor.userId} and id = ${exportId} and (select count(*) from marked) > 0)
    select count(*) as settled from settled`);
  return Number(row?.settled ?? 0);
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
