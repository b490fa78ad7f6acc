import type { EmbedderHealth } from "@keepsake/embeddings";
import { hasOtherWeights, OTHER_WEIGHTS } from "./model-weights.ts";
import type { Embeddings } from "./services.ts";

/** Whether the model can be used for the vectors that there are: it must have the weights that made them. */
export async function embeddingsHealth(embeddings: Embeddings, signal?: AbortSignal): Promise<EmbedderHealth> {
  const health = await embeddings.documents.health(signal && { signal });
  embeddings.seen.hasOtherWeights = hasOtherWeights(embeddings.space, health);
  return embeddings.seen.hasOtherWeights ? { ...health, available: false, problem: OTHER_WEIGHTS } : health;
}
