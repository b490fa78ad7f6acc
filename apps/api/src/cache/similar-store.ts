import type { Queryable, Statement } from "@keepsake/db";
import { responseCache } from "@keepsake/db/schema";
import { and, asc, eq, gt, isNull, ne, or, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import type { EmbeddingSpace } from "../platform/embedding-space.ts";
import { ownedBy } from "../platform/owned.ts";

/** A cached question near in meaning to another one. */
export interface SimilarQuestion {
  readonly id: string;
  readonly text: string;
  /** Cosine similarity of both vectors, as queries. */
  readonly similarity: number;
}

/** Candidates that the guard looks at: the nearest may be the opposite. */
const CANDIDATES = 8;

/** The nearest living questions in the same language, nearest first: candidates, no hits yet. Counts nothing. */
export function findSimilar(
  actor: Actor,
  space: EmbeddingSpace,
  asked: { readonly vector: string; readonly language: string | null; readonly similarityMin: number },
): Statement<SimilarQuestion[]> {
  const distance = sql`${responseCache.questionEmbedding} <=> ${asked.vector}::vector`;
  return {
    query: sql`
      select id, text, 1 - distance as similarity from (
        select ${responseCache.id} as id, ${responseCache.queryText} as text, ${distance} as distance
        from ${responseCache}
        where ${responseCache.userId} = ${actor.userId} and ${responseCache.spaceId} = ${space.id}
          and ${responseCache.language} is not distinct from ${asked.language}::varchar
          and ${responseCache.expiresAt} > clock_timestamp()) as living
      where 1 - distance >= ${asked.similarityMin}::float8 order by distance limit ${CANDIDATES}`,
    read: (rows) =>
      rows.map(({ id, text, similarity }) => ({
        id: String(id),
        text: String(text),
        similarity: Number(similarity),
      })),
  };
}

/** Gives an entry the vector of its question, as long as it is the same entry. */
export async function putQuestionVector(
  actor: Actor,
  db: Queryable,
  space: EmbeddingSpace,
  { id, vector }: { readonly id: string; readonly vector: string },
): Promise<void> {
  await db
    .update(responseCache)
    .set({ questionEmbedding: vector, spaceId: space.id })
    .where(and(ownedBy(actor, responseCache), eq(responseCache.id, id)));
}

/** Living entries whose questions have no vector in the space yet, by id, behind `after`. */
export async function listUnembedded(
  actor: Actor,
  db: Queryable,
  space: EmbeddingSpace,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{ id: string; text: string }[]> {
  return db
    .select({ id: responseCache.id, text: responseCache.queryText })
    .from(responseCache)
    .where(
      and(
        ownedBy(actor, responseCache),
        or(isNull(responseCache.spaceId), ne(responseCache.spaceId, space.id)),
        gt(responseCache.expiresAt, sql`now()`),
        after === null ? undefined : gt(responseCache.id, after),
      ),
    )
    .orderBy(asc(responseCache.id))
    .limit(limit);
}
