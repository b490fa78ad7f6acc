import { cacheDependencies, responseCache } from "@keepsake/db/schema";
import { arrayContains, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

// Conditions on columns of `response_cache`: which entries are meant.

export const anyEntry: SQL = sql`true`;

/** Its time is over, by the database's clock at the start of the statement. */
export const isExpired: SQL = sql`${responseCache.expiresAt} <= statement_timestamp()`;

/** These answers; ids of other things are of none. */
export const withIds = (ids: readonly string[]): SQL => inArray(responseCache.id, [...ids]);

/** The answer to the question with this key. */
export const withKey = (key: string): SQL => eq(responseCache.queryHash, key);

/** Answers with this tag. */
export const withTag = (tag: string): SQL => arrayContains(responseCache.tags, [tag]);

/** What answers are made from: ids of memories, keys of preferences. */
export interface Sources {
  readonly memories: readonly string[];
  readonly preferences: readonly string[];
}

/** Answers made from any of these. */
export function madeFrom(actor: Actor, sources: Partial<Sources>): SQL {
  return sql`${responseCache.id} in (${idsMadeFrom(actor, sources)})`;
}

/** The ids of answers made from any of these, as a query. */
export function idsMadeFrom(actor: Actor, { memories = [], preferences = [] }: Partial<Sources>): SQL {
  const { cacheId, itemType, item } = cacheDependencies;
  return sql`select ${cacheId} from ${cacheDependencies} where ${ownedBy(actor, cacheDependencies)} and (
    (${itemType} = 'memory' and ${item} = any(${sql.param(memories)}::text[]))
    or (${itemType} = 'preference' and ${item} = any(${sql.param(preferences)}::text[])))`;
}
