import type { Transaction } from "@keepsake/db";
import { embeddingSpaces, embeddings } from "@keepsake/db/schema";
import { type AnyColumn, and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Actor } from "./actor.ts";
import { ownedBy } from "./owned.ts";

/** What a vector is of: a memory (`knowledge`) or a message. */
export type VectorItemType = (typeof embeddings.$inferSelect)["itemType"];

/** Whose vectors in which space. */
export interface VectorKey {
  readonly spaceId: number;
  readonly itemType: VectorItemType;
  readonly itemId: string;
}

/** Whether the item in a column of the outer statement has vectors in a space. */
export function hasVectors(actor: Actor, spaceId: number, itemType: VectorItemType, itemId: AnyColumn): SQL<boolean> {
  return sql<boolean>`exists (
    select 1 from ${embeddings} where ${embeddings.userId} = ${actor.userId}
    and ${embeddings.spaceId} = ${spaceId} and ${embeddings.itemType} = ${itemType}
    and ${embeddings.itemId} = ${itemId})`;
}

/**
 * Stores the vectors of an item, one a piece, in place of older ones of the space.
 *
 * @param vectors unit vectors of the space's length, in the order of the text's pieces
 */
export async function putVectors(
  actor: Actor,
  tx: Transaction,
  key: VectorKey,
  vectors: readonly Float32Array[],
): Promise<void> {
  const { spaceId, itemType, itemId } = key;
  await tx
    .delete(embeddings)
    .where(
      and(
        ownedBy(actor, embeddings),
        eq(embeddings.spaceId, spaceId),
        eq(embeddings.itemType, itemType),
        eq(embeddings.itemId, itemId),
      ),
    );
  await tx
    .insert(embeddings)
    .values(vectors.map((vector, piece) => ({ ...key, userId: actor.userId, piece, embedding: toVectorText(vector) })));
}

/** Removes the vectors of items in every space. */
export async function removeVectors(
  actor: Actor,
  tx: Transaction,
  itemType: VectorItemType,
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return;
  // The spaces, few, stand before the item in the key: named, each item is looked up and nothing is walked.
  const spaces = tx.select({ id: embeddingSpaces.id }).from(embeddingSpaces);
  await tx
    .delete(embeddings)
    .where(
      and(
        ownedBy(actor, embeddings),
        inArray(embeddings.spaceId, spaces),
        eq(embeddings.itemType, itemType),
        sql`${embeddings.itemId} = any (${sql.param(`{${itemIds.join(",")}}`)}::uuid[])`,
      ),
    );
}

/** Digits that tell every 32-bit float from its neighbours. */
const FLOAT_DIGITS = 9;

/** pgvector's text form; half as long as JavaScript's own way of writing the same numbers. */
export function toVectorText(vector: Float32Array): string {
  return `[${Array.from(vector, (number) => Number(number.toPrecision(FLOAT_DIGITS))).join(",")}]`;
}
