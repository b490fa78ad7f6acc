import { EmbeddingError } from "@keepsake/embeddings";
import type { Services } from "./services.ts";
import { toVectorText } from "./vectors.ts";

/** The query's vector in pgvector's text form, or null when it cannot be had in time. */
export async function embedQuery({ embeddings, settings }: Services, query: string): Promise<string | null> {
  if (!embeddings) return null;
  try {
    const timeoutMs = settings.queryEmbeddingTimeoutMs;
    const [vector] = await embeddings.queries.embed([query], "query", { timeoutMs });
    return vector ? toVectorText(vector) : null;
  } catch (error) {
    if (error instanceof EmbeddingError) return null;
    throw error;
  }
}
