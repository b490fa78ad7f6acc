import type { CacheStats } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { cacheCounters, responseCache } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import type { Settings } from "../platform/services.ts";
import { isExpired } from "./entry-filters.ts";

type Counts = Omit<CacheStats, "hitRate" | "maxEntries" | "ttlSeconds">;

/** Counts of a user's cache, of one moment: the entries and the counters fit each other. */
export async function countCache(actor: Actor, db: Queryable, settings: Settings): Promise<CacheStats> {
  const [row] = await db.execute<Record<keyof Counts, string | null>>(sql`
    select present.entries, present.expired, hits, misses, stored, evictions, invalidations, expirations,
      round(seconds_saved::numeric, 3) as "secondsSaved"
    from (
      select count(*) as entries, count(*) filter (where ${isExpired}) as expired
      from ${responseCache} where ${ownedBy(actor, responseCache)}
    ) as present left join ${cacheCounters} on ${ownedBy(actor, cacheCounters)}`);
  const count = (name: keyof Counts) => Number(row?.[name] ?? 0);
  const [hits, misses] = [count("hits"), count("misses")];
  return {
    entries: count("entries"),
    expired: count("expired"),
    hits,
    misses,
    hitRate: hits === 0 ? 0 : hits / (hits + misses),
    stored: count("stored"),
    evictions: count("evictions"),
    invalidations: count("invalidations"),
    expirations: count("expirations"),
    secondsSaved: count("secondsSaved"),
    maxEntries: settings.cacheEntriesMax,
    ttlSeconds: settings.cacheTtlSeconds,
  };
}
