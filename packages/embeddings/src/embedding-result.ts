import type { EmbeddingResult } from "./embedder.ts";
import { EmbeddingError } from "./embedding-error.ts";

/**
 * All vectors, or the first text's error.
 *
 * @param results one a text, in order
 * @returns one vector a text, in the same order
 * @throws EmbeddingError of the first text without a vector; its `index` is that text's position
 */
export function toVectors(results: readonly EmbeddingResult[]): Float32Array[] {
  return results.map((result, index) => {
    if ("vector" in result) return result.vector;
    const { reason, message, cause, isTransient } = result.error;
    throw new EmbeddingError(reason, message, { cause, isTransient, index });
  });
}
