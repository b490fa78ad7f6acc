import type { CachedAnswer } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { cacheCounters, responseCache } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { toMetadata } from "../platform/stored-metadata.ts";
import { withKey } from "./entry-filters.ts";

/** What a hit gives. */
export type GivenAnswer = Pick<
  CachedAnswer,
  "id" | "key" | "response" | "language" | "tags" | "metadata" | "createdAt" | "expiresAt"
>;

/** Gives the answer to a question, if there is one, and counts the hit or the miss: one statement. */
export async function giveAnswer(actor: Actor, db: Queryable, key: string): Promise<GivenAnswer | null> {
  return toGivenAnswer(await db.execute(sql`with ${givingAnswer(actor, withKey(key))} select * from hit`));
}

/**
 * The parts of a statement that gives an answer and counts: `hit` has its row, or none, for {@link toGivenAnswer}. The
 * clock is read when the row is locked, so that waiting for it never lets an expired answer through. In a transaction it
 * is to come last: the user's counters stay locked until the end.
 *
 * @param which the entry; on columns of `response_cache`
 * @param look `second` after one that was counted as a miss: a hit then takes that miss back
 */
export const givingAnswer = (actor: Actor, which: SQL, look: "first" | "second" = "first"): SQL => sql`
  hit as (
    update ${responseCache} set hit_count = ${responseCache.hitCount} + 1,
      used_at = clock_timestamp(), last_hit_at = clock_timestamp()
    where ${ownedBy(actor, responseCache)} and ${which} and ${responseCache.expiresAt} > clock_timestamp()
    returning id, query_hash as key, response, language, tags, metadata, generation_ms,
      created_at as "createdAt", expires_at as "expiresAt"
  ), counted as (
    insert into ${cacheCounters} ("user_id", hits, misses, seconds_saved)
    select ${actor.userId}, count(*), ${look === "first" ? 1 : 0}::int - count(*),
      coalesce(sum(generation_ms), 0) / 1000.0 from hit
    on conflict (user_id) do update set hits = ${cacheCounters.hits} + excluded.hits,
      misses = ${cacheCounters.misses} + excluded.misses,
      seconds_saved = ${cacheCounters.secondsSaved} + excluded.seconds_saved
  )`;

/** The row of `hit`; null for a miss. */
export function toGivenAnswer([row]: readonly Record<string, unknown>[]): GivenAnswer | null {
  if (!row) return null;
  const { id, key, response, language, tags, metadata, createdAt, expiresAt } = row as unknown as GivenAnswer;
  return { id, key, response, language, tags, metadata: toMetadata(metadata), createdAt, expiresAt };
}
