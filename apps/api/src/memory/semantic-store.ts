import type { SearchMemoriesInput } from "@keepsake/contract";
import type { Queryable, Statement } from "@keepsake/db";
import { embeddings, knowledge } from "@keepsake/db/schema";
import { and, inArray, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import type { EmbeddingSpace } from "../platform/embedding-space.ts";
import { ownedBy } from "../platform/owned.ts";
import type { Candidate } from "./search-candidate.ts";
import { currentlyTrue, filterConditions } from "./search-filters.ts";

/** One search by meaning. */
export interface SemanticSearch {
  readonly space: EmbeddingSpace;
  /** The query's unit vector in pgvector's text form. */
  readonly vector: string;
  readonly limit: number;
  /** Users with at most so many vectors are searched exactly. */
  readonly exactRowsMax: number;
}

/**
 * The memories nearest in meaning, nearest first: `limit` of them whenever so many match the filters.
 *
 * A filtered walk of the HNSW index loses rows in silence: a user with 1 % of 100,000 rows gets 0.23 of 5. So users
 * with few vectors are searched exactly; the others by the index with pgvector's iterative scan, and exactly all the
 * same when that gives too few.
 */
export async function searchByMeaning(
  actor: Actor,
  db: Queryable,
  input: SearchMemoriesInput,
  search: SemanticSearch,
): Promise<Candidate[]> {
  if (!(await hasMoreVectors(actor, db, search))) return searchExactly(actor, db, input, search);
  const found = await searchByIndex(actor, db, input, search);
  return found.length >= search.limit ? found : searchExactly(actor, db, input, search);
}

/** A memory and its cosine similarity. */
interface Nearest extends Record<string, unknown> {
  readonly id: string;
  readonly score: number;
}

/** The space's id stands in the statement as a literal: as a parameter the partial index is not used. */
const inSpace = (space: EmbeddingSpace) => sql`${embeddings.spaceId} = ${sql.raw(String(space.id))}`;

/** The user's vectors of memories in a space. */
export const vectorsOf = (actor: Actor, space: EmbeddingSpace) =>
  sql`${embeddings.userId} = ${actor.userId} and ${inSpace(space)} and ${embeddings.itemType} = 'knowledge'`;

/** How many vectors of memories a user has in a space, counted up to `max`. */
export function countVectors(actor: Actor, space: EmbeddingSpace, max: number): Statement<number> {
  return {
    query: sql`select count(*) as vectors from (
      select 1 from ${embeddings} where ${vectorsOf(actor, space)} limit ${max}) as counted`,
    read: ([row]) => Number(row?.["vectors"] ?? 0),
  };
}

async function hasMoreVectors(actor: Actor, db: Queryable, { space, exactRowsMax }: SemanticSearch): Promise<boolean> {
  const { query, read } = countVectors(actor, space, exactRowsMax + 1);
  return read(await db.execute(query)) > exactRowsMax;
}

/**
 * All of the user's vectors, measured one by one. The memories that may be found are looked up in a hashed sub-plan:
 * a join would trust the planner's row counts, which are wrong right after many rows were added, and then compare every
 * vector with every memory. (`is true` keeps the planner from making it a join.) Rows of `id, score`, nearest first.
 */
export function exactQuery(actor: Actor, input: SearchMemoriesInput, search: SemanticSearch): SQL {
  return sql`
    select item_id as id, 1 - min(distance) as score from (
      select ${embeddings.itemId} as item_id, ${embeddings.embedding} <=> ${search.vector}::vector as distance
      from ${embeddings} where ${vectorsOf(actor, search.space)} and (${embeddings.itemId} in (
        select ${knowledge.id} from ${knowledge}
        where ${knowledge.userId} = ${actor.userId} and ${currentlyTrue(input.asOf)} and ${filterConditions(input)}
      )) is true) as measured
    group by item_id order by min(distance), item_id desc limit ${search.limit}`;
}

async function searchExactly(actor: Actor, db: Queryable, input: SearchMemoriesInput, search: SemanticSearch) {
  return withFigures(actor, db, await db.execute<Nearest>(exactQuery(actor, input, search)));
}

/** Pieces read from the index for one memory wanted: filters and several pieces of one text take some away. */
const PIECES_PER_MEMORY = 4;

/** As {@link exactQuery}, by the walk of the space's HNSW index: fast for many vectors, and it may give too few. */
export function indexQuery(actor: Actor, input: SearchMemoriesInput, search: SemanticSearch): SQL {
  const length = sql.raw(String(search.space.dimensions));
  return sql`
    select item_id as id, 1 - min(distance) as score from (
      select ${embeddings.itemId} as item_id,
        ${embeddings.embedding}::vector(${length}) <=> ${search.vector}::vector(${length}) as distance
      from ${embeddings} where ${vectorsOf(actor, search.space)}
      order by distance limit ${search.limit * PIECES_PER_MEMORY}) as walk
    join ${knowledge} on ${knowledge.id} = walk.item_id and ${knowledge.userId} = ${actor.userId}
    where ${currentlyTrue(input.asOf)} and ${filterConditions(input)}
    group by item_id order by min(distance), item_id desc limit ${search.limit}`;
}

async function searchByIndex(actor: Actor, db: Queryable, input: SearchMemoriesInput, search: SemanticSearch) {
  return withFigures(actor, db, await db.execute<Nearest>(indexQuery(actor, input, search)));
}

/** What ranking needs to know besides the distance. Keeps the order. */
async function withFigures(
  actor: Actor,
  db: Queryable,
  nearest: readonly { id: string; score: number }[],
): Promise<Candidate[]> {
  if (nearest.length === 0) return [];
  const ids = nearest.map(({ id }) => id);
  const { id, updatedAt, importance, weight, trust } = knowledge;
  const rows = await db
    .select({ id, updatedAt, importance, weight, trust })
    .from(knowledge)
    .where(and(ownedBy(actor, knowledge), inArray(id, ids)));
  const figures = new Map(rows.map((row) => [row.id, row]));
  return nearest.flatMap((hit) => {
    const row = figures.get(hit.id);
    // Erased between the two statements.
    return row ? [{ ...row, version: null, score: Number(hit.score) }] : [];
  });
}

/**
 * How near some memories are in meaning: for those that only their words brought up.
 *
 * @returns id → cosine similarity of the nearest piece; memories without vectors are left out
 */
export async function similaritiesOf(
  actor: Actor,
  db: Queryable,
  { space, vector }: SemanticSearch,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<{ id: string; similarity: number }>(sql`
    select ${embeddings.itemId} as id, 1 - min(${embeddings.embedding} <=> ${vector}::vector) as similarity
    from ${embeddings}
    where ${vectorsOf(actor, space)} and ${inArray(embeddings.itemId, [...ids])}
    group by ${embeddings.itemId}`);
  return new Map(rows.map(({ id, similarity }) => [id, Number(similarity)]));
}
