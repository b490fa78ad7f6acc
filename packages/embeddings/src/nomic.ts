import type { EmbeddingPurpose } from "./embedder.ts";
import { l2Normalise } from "./vector.ts";

/** Numbers in a vector of nomic-embed-text as the model gives it. */
export const NOMIC_DIMENSIONS = 768;
/** The shortest cut that the model's card measures: MTEB 56.10 at 64 numbers against 62.28 at all 768. */
export const NOMIC_DIMENSIONS_MIN = 64;
/** torch's default for layer normalisation, which the card's example uses. */
const LAYER_NORM_EPSILON = 1e-5;

/** The model was trained on texts that begin with their task; Ollama adds nothing by itself. */
const PREFIXES: Readonly<Record<EmbeddingPurpose, string>> = {
  document: "search_document: ",
  query: "search_query: ",
};

/**
 * Whether a name means nomic-embed-text v1 or v1.5 in any packaging: `nomic-embed-text:v1.5`,
 * `somebody/nomic-embed-text`, `hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q8_0`. The multilingual
 * `nomic-embed-text-v2-moe` is another model with other limits.
 */
export function isNomicModel(model: string): boolean {
  const base = model.split("/").at(-1)?.split(":")[0] ?? "";
  return /^nomic-embed-text(-v1(\.5)?)?(-gguf)?$/i.test(base);
}

/** The text as the model wants to read it: with its task in front. */
export function addNomicPrefix(text: string, purpose: EmbeddingPurpose): string {
  return PREFIXES[purpose] + text;
}

/**
 * Shortens a vector the way the model's card does: layer-normalise all 768 numbers, keep the first ones, scale to
 * length 1. Ollama's own `dimensions` leaves the layer normalisation out, so its short vectors are of another space.
 * That Ollama has scaled the 768 before does not matter: layer normalisation undoes it but for its epsilon, and the
 * last step undoes that.
 *
 * @param values the model's 768 numbers
 * @param dimensions how many to keep, from 64 to 768; at 768 nothing is cut and nothing is layer-normalised
 * @returns a unit vector of length `dimensions`
 * @throws EmbeddingError `EMBEDDING_REJECTED` when nothing but zeros is left
 * @see https://huggingface.co/nomic-ai/nomic-embed-text-v1.5 (Matryoshka example)
 */
export function cutNomic(values: readonly number[], dimensions: number): Float32Array {
  if (dimensions === NOMIC_DIMENSIONS) return l2Normalise(values);
  return l2Normalise(layerNormalise(values).slice(0, dimensions));
}

/** Mean 0 and variance 1 over the vector; the variance divides by n, as torch's does. */
function layerNormalise(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance + LAYER_NORM_EPSILON);
  return values.map((value) => (value - mean) / deviation);
}
