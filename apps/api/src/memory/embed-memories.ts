import { EmbeddingError } from "@keepsake/embeddings";
import type { Actor } from "../platform/actor.ts";
import type { Embeddings, Services } from "../platform/services.ts";
import { requestVectors } from "./embedding-jobs.ts";
import { findPending, markRefused, type PendingContent, putVectors } from "./vector-store.ts";

/** How long a caller who asked to `wait` is kept waiting for the model, milliseconds. */
const WAIT_MS = 10_000;

/**
 * Makes and stores the vectors of those memories that have none yet. The model is called outside of any transaction.
 *
 * @throws EmbeddingError when the model cannot be had; what was stored before stays
 */
export async function embedMemories(
  actor: Actor,
  services: Services,
  embeddings: Embeddings,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { documents: embedder, space } = embeddings;
  const items = await findPending(actor, services.db, space.id, ids);
  const pieces = items.map((item) => embedder.split(item.content));
  const results = await embedder.embedEach(pieces.flat(), "document", { signal });
  let at = 0;
  for (const [index, item] of items.entries()) {
    const count = pieces[index]?.length ?? 0;
    await storeResult(actor, services, space.id, item, results.slice(at, at + count));
    at += count;
  }
}

type Result = Awaited<ReturnType<Embeddings["documents"]["embedEach"]>>[number];

async function storeResult(
  actor: Actor,
  services: Services,
  spaceId: number,
  item: PendingContent,
  results: readonly Result[],
): Promise<void> {
  const vectors: Float32Array[] = [];
  for (const result of results) {
    if ("error" in result) {
      services.logger.warn({ memoryId: item.id, reason: result.error.message }, "the model refuses this memory");
      return markRefused(actor, services.db, item, result.error.message);
    }
    vectors.push(result.vector);
  }
  await services.db.transaction(async (tx) => {
    const stored = await putVectors(actor, tx, spaceId, item, vectors);
    // The content changed while the model was at work, perhaps after its own request had been taken: ask again.
    if (!stored) await requestVectors(actor, tx, services, [item.id]);
  });
}

/** Like {@link embedMemories} for a caller who waits: what cannot be had now follows in the background. */
export async function embedNow(actor: Actor, services: Services, ids: readonly string[]): Promise<void> {
  if (!services.embeddings || ids.length === 0) return;
  try {
    await embedMemories(actor, services, services.embeddings, ids, AbortSignal.timeout(WAIT_MS));
  } catch (error) {
    if (!(error instanceof EmbeddingError)) throw error;
  }
}
