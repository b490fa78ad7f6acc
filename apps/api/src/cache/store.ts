import type { Transaction } from "@keepsake/db";
import { cacheCounters, responseCache } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { idsMadeFrom, isExpired, madeFrom, type Sources } from "./entry-filters.ts";

// The order in which rows are locked, so that nobody waits for each other: sources (memories, then preferences), the
// user's cache (`lockCache`), its entries, and its counters last. A look-up locks one entry and the counters.

/** What has changed, and may have made cached answers wrong: ids of memories, keys of preferences. */
export type ChangedItems = Partial<Sources>;

/**
 * Takes out every cached answer that was made from one of these items, in the transaction of their change. It is to be
 * the last thing in the transaction that may have to wait, and to be called once, with all that changed.
 */
export async function evictDependents(actor: Actor, tx: Transaction, changed: ChangedItems): Promise<void> {
  const { memories = [], preferences = [] } = changed;
  if (memories.length + preferences.length === 0) return;
  // The items are locked by their change: nobody can add an answer made from them any more.
  const [found] = await tx.execute<{ exists: boolean }>(sql`select exists (${idsMadeFrom(actor, changed)})`);
  if (!found?.exists) return;
  await lockCache(actor, tx);
  await removeEntries(actor, tx, madeFrom(actor, changed));
}

/** Lets nobody else add or remove entries of this user's cache until the transaction ends. Look-ups go on. */
export async function lockCache(actor: Actor, tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`keepsake cache of ${actor.userId}`}, 0))`);
}

/** Takes out the answer to a question, and the one with this id; null for none. @returns how many went */
export async function evictAnswer(
  actor: Actor,
  tx: Transaction,
  { key, id }: { readonly key: string; readonly id: string | null },
): Promise<number> {
  await lockCache(actor, tx);
  return removeEntries(actor, tx, sql`(${responseCache.queryHash} = ${key} or ${responseCache.id} = ${id}::uuid)`);
}

/** Takes out the answers with these ids. */
export async function evictAnswers(actor: Actor, tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await lockCache(actor, tx);
  await removeEntries(actor, tx, sql`${responseCache.id} = any (${sql.param([...ids])}::uuid[])`);
}

/** Entries of one statement: few enough to stay within a statement's time. */
const BATCH_ROWS = 5_000;

/**
 * Removes entries, however many, and counts them as `removeBatch` does.
 *
 * @param condition which entries, see `entry-filters.ts`
 * @returns how many
 */
export async function removeEntries(actor: Actor, tx: Transaction, condition: SQL): Promise<number> {
  let removed = 0;
  while (true) {
    const batch = await removeBatch(actor, tx, condition, BATCH_ROWS);
    removed += batch;
    if (batch < BATCH_ROWS) return removed;
  }
}

/**
 * Removes entries and counts them: as expirations where their time was over, as invalidations elsewhere. The cache has
 * to be locked.
 *
 * @returns how many; at most `limit`
 */
export async function removeBatch(actor: Actor, tx: Transaction, condition: SQL, limit: number): Promise<number> {
  const [row] = await tx.execute<{ total: string }>(sql`
    with gone as (
      delete from ${responseCache} where ${ownedBy(actor, responseCache)} and ${responseCache.id} in (
        select ${responseCache.id} from ${responseCache}
        where ${ownedBy(actor, responseCache)} and ${condition} limit ${limit})
      returning ${isExpired} as expired
    ), tally as (
      select count(*) as total, count(*) filter (where expired) as expired from gone
    ), counted as (
      update ${cacheCounters} set
        invalidations = ${cacheCounters.invalidations} + tally.total - tally.expired,
        expirations = ${cacheCounters.expirations} + tally.expired
      from tally where ${ownedBy(actor, cacheCounters)} and tally.total > 0
    )
    select total from tally`);
  return Number(row?.total ?? 0);
}
