import { EmbeddingError } from "@keepsake/embeddings";
import type { Services } from "./services.ts";
import { toVectorText } from "./vectors.ts";

/** The vector of something asked, in pgvector's text form, or null when the model cannot give it in time. */
export async function queryVector(
  { embeddings }: Pick<Services, "embeddings">,
  text: string,
  timeoutMs: number,
): Promise<string | null> {
  if (!embeddings || embeddings.seen.hasOtherWeights) return null;
  try {
    const [vector] = await embeddings.queries.embed([text], "query", { timeoutMs });
    return vector ? toVectorText(vector) : null;
  } catch (error) {
    if (error instanceof EmbeddingError) return null;
    throw error;
  }
}

/** The vector of something that was asked a while ago too; null when the model would have to be waited for. */
export function knownQueryVector({ embeddings }: Pick<Services, "embeddings">, text: string): string | null {
  const vector = embeddings?.seen.hasOtherWeights ? null : embeddings?.queries.known(text, "query");
  return vector ? toVectorText(vector) : null;
}
