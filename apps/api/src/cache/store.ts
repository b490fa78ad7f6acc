import type { Transaction } from "@keepsake/db";
import { cacheCounters, cacheDependencies, responseCache } from "@keepsake/db/schema";
import { and, eq, inArray, or, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** What has changed, and may have made cached answers wrong. */
export interface ChangedItems {
  /** Ids of memories. */
  readonly memories?: readonly string[];
  /** Keys of preferences. */
  readonly preferences?: readonly string[];
}

/** Takes out every cached answer that was made from one of these items, in the transaction of their change. */
export async function evictDependents(actor: Actor, tx: Transaction, changed: ChangedItems): Promise<void> {
  const { memories = [], preferences = [] } = changed;
  const dependents = tx
    .select({ id: cacheDependencies.cacheId })
    .from(cacheDependencies)
    .where(
      and(
        ownedBy(actor, cacheDependencies),
        or(
          and(eq(cacheDependencies.itemType, "memory"), inArray(cacheDependencies.item, [...memories])),
          and(eq(cacheDependencies.itemType, "preference"), inArray(cacheDependencies.item, [...preferences])),
        ),
      ),
    );
  const evicted = await tx
    .delete(responseCache)
    .where(and(ownedBy(actor, responseCache), inArray(responseCache.id, dependents)))
    .returning({ id: responseCache.id });
  if (evicted.length === 0) return;
  await tx
    .update(cacheCounters)
    .set({ invalidations: sql`${cacheCounters.invalidations} + ${evicted.length}` })
    .where(ownedBy(actor, cacheCounters));
}
