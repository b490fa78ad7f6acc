import type { CachedAnswer } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { cacheCounters, responseCache } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { toMetadata } from "../platform/stored-metadata.ts";
import { withKey } from "./entry-filters.ts";

/** What a hit gives. */
export type GivenAnswer = Pick<
  CachedAnswer,
  "id" | "key" | "response" | "language" | "tags" | "metadata" | "createdAt" | "expiresAt"
>;

/**
 * Gives the answer to a question, if there is one whose time is not over, and counts the hit or the miss: one statement.
 * The clock is read when the row is locked, so that waiting for it never lets an expired answer through. In a transaction
 * it is to come last: the user's counters stay locked until the end.
 */
export async function giveAnswer(actor: Actor, db: Queryable, key: string): Promise<GivenAnswer | null> {
  const [row] = await db.execute<GivenAnswer & { metadata: unknown }>(sql`
    with hit as (
      update ${responseCache} set hit_count = ${responseCache.hitCount} + 1,
        used_at = clock_timestamp(), last_hit_at = clock_timestamp()
      where ${ownedBy(actor, responseCache)} and ${withKey(key)}
        and ${responseCache.expiresAt} > clock_timestamp()
      returning id, query_hash as key, response, language, tags, metadata, generation_ms,
        created_at as "createdAt", expires_at as "expiresAt"
    ), counted as (
      insert into ${cacheCounters} ("user_id", hits, misses, seconds_saved)
      select ${actor.userId}, count(*), 1 - count(*), coalesce(sum(generation_ms), 0) / 1000.0 from hit
      on conflict (user_id) do update set hits = ${cacheCounters.hits} + excluded.hits,
        misses = ${cacheCounters.misses} + excluded.misses,
        seconds_saved = ${cacheCounters.secondsSaved} + excluded.seconds_saved
    )
    select id, key, response, language, tags, metadata, "createdAt", "expiresAt" from hit`);
  return row ? { ...row, metadata: toMetadata(row.metadata) } : null;
}
