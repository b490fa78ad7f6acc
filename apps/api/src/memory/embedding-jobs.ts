import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import type { NewJob } from "../platform/job-queue.ts";
import type { Services } from "../platform/services.ts";

/** The queue of memories that wait for their vectors. */
export const EMBED_MEMORY_QUEUE = "embed-memory";

/** A memory whose content has no vectors yet. The content itself stays in its row. */
export interface EmbedMemoryJob {
  readonly userId: string;
  readonly memoryId: string;
}

/** Asks for vectors in the transaction that wrote the contents. Does nothing while embeddings are off. */
export async function requestVectors(
  actor: Actor,
  tx: Transaction,
  { embeddings, jobs }: Pick<Services, "embeddings" | "jobs">,
  memoryIds: readonly string[],
): Promise<void> {
  if (!embeddings || memoryIds.length === 0) return;
  const requests: NewJob<EmbedMemoryJob>[] = memoryIds.map((memoryId) => ({
    key: `${actor.userId}/${memoryId}`,
    data: { userId: actor.userId, memoryId },
  }));
  await jobs.send(tx, EMBED_MEMORY_QUEUE, requests);
}
