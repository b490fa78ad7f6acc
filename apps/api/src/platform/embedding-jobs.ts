import { randomUUID } from "node:crypto";
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

/**
 * Asks for the vectors of texts that this transaction wrote, or that were there before it; what waits already is not asked
 * for twice. Does nothing while embeddings are off.
 */
export async function requestVectors(
  actor: Actor,
  tx: Transaction,
  services: Pick<Services, "embeddings" | "jobs">,
  itemType: VectorItemType,
  itemIds: readonly string[],
): Promise<void> {
  await send(
    tx,
    services,
    itemType,
    itemIds.map((itemId) => toRequest(actor, itemId)),
  );
}

/**
 * As {@link requestVectors}, for an item that this transaction changes, by a request of its own. One that waits already
 * could be answered before the commit, by a worker that sees the item as it was and finds nothing to do.
 */
export async function requestNewVectors(
  actor: Actor,
  tx: Transaction,
  services: Pick<Services, "embeddings" | "jobs">,
  itemType: VectorItemType,
  itemId: string,
): Promise<void> {
  const request = toRequest(actor, itemId);
  await send(tx, services, itemType, [{ ...request, key: `${request.key}/${randomUUID()}` }]);
}

const toRequest = ({ userId }: Actor, itemId: string): NewJob<EmbeddingJob> => ({
  key: `${userId}/${itemId}`,
  data: { userId, itemId },
});

async function send(
  tx: Transaction,
  { embeddings, jobs }: Pick<Services, "embeddings" | "jobs">,
  itemType: VectorItemType,
  requests: readonly NewJob<EmbeddingJob>[],
): Promise<void> {
  if (embeddings && requests.length > 0) await jobs.send(tx, embeddingQueue(itemType), requests);
}
