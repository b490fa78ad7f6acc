import { EmbeddingError } from "@keepsake/embeddings";
import type { Actor } from "./actor.ts";
import type { EmbeddableKind, PendingItem } from "./embeddable-kind.ts";
import { requestVectors } from "./embedding-jobs.ts";
import type { Embeddings, Services } from "./services.ts";
import { isToStay } from "./users.ts";
import { putVectors } from "./vectors.ts";

/** How long a caller who asked to `wait` is kept waiting for the model, milliseconds. */
const WAIT_MS = 10_000;

/**
 * Makes and stores the vectors of those items that have none yet. The model is called outside of any transaction, once
 * for texts that are the same.
 *
 * @throws EmbeddingError when the model cannot be had; what was stored before stays
 */
export async function embedItems(
  actor: Actor,
  services: Services,
  embeddings: Embeddings,
  kind: EmbeddableKind,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { documents: embedder, space } = embeddings;
  const items = await kind.findPending(actor, services.db, space.id, ids);
  const pieces = items.map((item) => embedder.split(item.text));
  const texts = [...new Set(pieces.flat())];
  const results = await embedder.embedEach(texts, "document", { signal });
  const resultOf = new Map(texts.map((text, at) => [text, results[at]]));
  for (const [index, item] of items.entries()) {
    const own = (pieces[index] ?? []).flatMap((text) => resultOf.get(text) ?? []);
    await storeResult(actor, services, space.id, kind, item, own);
  }
}

type Result = Awaited<ReturnType<Embeddings["documents"]["embedEach"]>>[number];

async function storeResult(
  actor: Actor,
  services: Services,
  spaceId: number,
  kind: EmbeddableKind,
  item: PendingItem,
  results: readonly Result[],
): Promise<void> {
  const { itemType } = kind;
  const vectors: Float32Array[] = [];
  for (const result of results) {
    if ("error" in result) {
      services.logger.warn({ itemType, id: item.id, reason: result.error.message }, "the model refuses this text");
      return kind.markRefused(actor, services.db, item, result.error.message);
    }
    vectors.push(result.vector);
  }
  await services.db.transaction(async (tx) => {
    // Waits for a change of the row that has not committed yet, and for another writer of the same vectors, such as the
    // worker beside a caller who waits.
    const unchanged = await kind.lockUnchanged(actor, tx, item);
    if (unchanged) return putVectors(actor, tx, { spaceId, itemType, itemId: item.id }, vectors);
    // The text changed while the model was at work, perhaps after its own request had been taken: ask again.
    if (!(await isToStay(actor, tx))) return;
    return requestVectors(actor, tx, services, itemType, [item.id]);
  });
}

/** Like {@link embedItems} for a caller who waits: what cannot be had now follows in the background. */
export async function embedNow(
  actor: Actor,
  services: Services,
  kind: EmbeddableKind,
  ids: readonly string[],
): Promise<void> {
  if (!services.embeddings || ids.length === 0) return;
  // Vectors of other weights are of another space, whatever the model is called.
  if (services.embeddings.seen.hasOtherWeights) return;
  try {
    await embedItems(actor, services, services.embeddings, kind, ids, AbortSignal.timeout(WAIT_MS));
  } catch (error) {
    if (!(error instanceof EmbeddingError)) throw error;
  }
}
