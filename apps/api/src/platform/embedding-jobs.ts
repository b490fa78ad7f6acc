import type { Transaction } from "@keepsake/db";
import type { Actor } from "./actor.ts";
import type { NewJob } from "./job-queue.ts";
import type { Services } from "./services.ts";
import type { VectorItemType } from "./vectors.ts";

/** An item whose text has no vectors yet. The text itself stays in its row. */
export interface EmbeddingJob {
  readonly userId: string;
  readonly itemId: string;
}

/** The queue of items of a kind that wait for their vectors. */
export const embeddingQueue = (itemType: VectorItemType): string => `embed-${itemType}`;

/** Asks for vectors in the transaction that wrote the texts. Does nothing while embeddings are off. */
export async function requestVectors(
  actor: Actor,
  tx: Transaction,
  { embeddings, jobs }: Pick<Services, "embeddings" | "jobs">,
  itemType: VectorItemType,
  itemIds: readonly string[],
): Promise<void> {
  if (!embeddings || itemIds.length === 0) return;
  const requests: NewJob<EmbeddingJob>[] = itemIds.map((itemId) => ({
    key: `${actor.userId}/${itemId}`,
    data: { userId: actor.userId, itemId },
  }));
  await jobs.send(tx, embeddingQueue(itemType), requests);
}
