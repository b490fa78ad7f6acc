import type { CachedAnswer, ListAnswersInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { cacheDependencies, responseCache } from "@keepsake/db/schema";
import { and, desc, lt, not, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { toMetadata } from "../platform/stored-metadata.ts";
import { isExpired, withTag } from "./entry-filters.ts";

const sourcesOf = (actor: Actor) => sql<[type: string, item: string][]>`(
  select coalesce(jsonb_agg(jsonb_build_array(item_type, item) order by item), '[]') from ${cacheDependencies}
  where ${ownedBy(actor, cacheDependencies)} and ${cacheDependencies.cacheId} = ${responseCache.id})`;

/** A page of entries, newest first, and one more when there is a next page. */
export async function listEntries(
  actor: Actor,
  db: Queryable,
  { tag, includeExpired, before, limit }: ListAnswersInput & { before: string | null },
): Promise<CachedAnswer[]> {
  const rows = await db
    .select({
      id: responseCache.id,
      key: responseCache.queryHash,
      text: responseCache.queryText,
      response: responseCache.response,
      language: responseCache.language,
      tags: responseCache.tags,
      metadata: responseCache.metadata,
      generationMs: responseCache.generationMs,
      hitCount: responseCache.hitCount,
      lastHitAt: responseCache.lastHitAt,
      createdAt: responseCache.createdAt,
      expiresAt: sql<Date>`${responseCache.expiresAt}`.mapWith(responseCache.expiresAt),
      sources: sourcesOf(actor),
    })
    .from(responseCache)
    .where(
      and(
        ownedBy(actor, responseCache),
        includeExpired ? undefined : not(isExpired),
        tag === undefined ? undefined : withTag(tag),
        before === null ? undefined : lt(responseCache.id, before),
      ),
    )
    .orderBy(desc(responseCache.id))
    .limit(limit + 1);
  return rows.map(({ sources, metadata, ...row }) => ({
    ...row,
    metadata: toMetadata(metadata),
    dependsOn: { memories: itemsOf(sources, "memory"), preferences: itemsOf(sources, "preference") },
  }));
}

const itemsOf = (sources: readonly [type: string, item: string][], wanted: string) =>
  sources.filter(([type]) => type === wanted).map(([, item]) => item);
