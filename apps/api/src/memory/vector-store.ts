import type { Queryable, Transaction } from "@keepsake/db";
import { embeddings, knowledge } from "@keepsake/db/schema";
import { and, eq, gt, inArray, isNotNull, isNull, not } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { toVectorText } from "../platform/query-vector.ts";
import { hasVectors } from "./memory-row.ts";

/** A content without vectors, and the hash that tells whether it is still the same when they are made. */
export interface PendingContent {
  readonly id: string;
  readonly content: string;
  readonly contentHash: string;
}

const pending = (actor: Actor, spaceId: number) =>
  and(
    ownedBy(actor, knowledge),
    isNull(knowledge.forgottenAt),
    isNull(knowledge.embeddingFailure),
    not(hasVectors(actor, spaceId)),
  );

/** Those of the memories that have no vectors in the space yet. Forgotten and refused ones are left out. */
export async function findPending(
  actor: Actor,
  db: Queryable,
  spaceId: number,
  ids: readonly string[],
): Promise<PendingContent[]> {
  return db
    .select({ id: knowledge.id, content: knowledge.content, contentHash: knowledge.contentHash })
    .from(knowledge)
    .where(and(pending(actor, spaceId), inArray(knowledge.id, [...ids])));
}

/** A page of ids of memories without vectors in the space, in the order they were added. */
export async function listPendingIds(
  actor: Actor,
  db: Queryable,
  spaceId: number,
  { after, limit }: { after: string | null; limit: number },
): Promise<string[]> {
  const rows = await db
    .select({ id: knowledge.id })
    .from(knowledge)
    .where(and(pending(actor, spaceId), after === null ? undefined : gt(knowledge.id, after)))
    .orderBy(knowledge.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

const sameContent = (actor: Actor, { id, contentHash }: PendingContent) =>
  and(ownedBy(actor, knowledge), eq(knowledge.id, id), eq(knowledge.contentHash, contentHash));

/**
 * Stores the vectors of a content, one a piece, in place of older ones of the space.
 *
 * @param vectors unit vectors of the space's length, in the order of the content's pieces
 * @returns false when the content changed meanwhile; then nothing is stored
 */
export async function putVectors(
  actor: Actor,
  tx: Transaction,
  spaceId: number,
  item: PendingContent,
  vectors: readonly Float32Array[],
): Promise<boolean> {
  // Waits for an update of the row that has not committed yet, and then sees what it changed; and for another writer of
  // the same vectors, such as the worker beside a caller who waits.
  const [row] = await tx
    .select({ id: knowledge.id })
    .from(knowledge)
    .where(sameContent(actor, item))
    .for("no key update");
  if (!row) return false;
  const key = { userId: actor.userId, spaceId, itemType: "knowledge" as const, itemId: item.id };
  await tx
    .delete(embeddings)
    .where(
      and(
        ownedBy(actor, embeddings),
        eq(embeddings.spaceId, spaceId),
        eq(embeddings.itemType, "knowledge"),
        eq(embeddings.itemId, item.id),
      ),
    );
  await tx
    .insert(embeddings)
    .values(vectors.map((vector, piece) => ({ ...key, piece, embedding: toVectorText(vector) })));
  return true;
}

/** Forgets what an earlier model refused. */
export async function clearRefusals(actor: Actor, db: Queryable): Promise<void> {
  await db
    .update(knowledge)
    .set({ embeddingFailure: null })
    .where(and(ownedBy(actor, knowledge), isNotNull(knowledge.embeddingFailure)));
}

/** Notes that the model refuses a content for good, so that it is not sent again and again. */
export async function markRefused(actor: Actor, db: Queryable, item: PendingContent, problem: string): Promise<void> {
  await db.update(knowledge).set({ embeddingFailure: problem }).where(sameContent(actor, item));
}
