import { EmbeddingError } from "./embedding-error.ts";

/**
 * Reads one vector of an answer, trusting nothing.
 *
 * @param raw what stood in the answer; anything
 * @param dimensions the length it must have
 * @returns the same numbers, each finite as a 32-bit float
 * @throws EmbeddingError `EMBEDDING_REJECTED` when it is no list of finite numbers, `EMBEDDING_DIMENSION_MISMATCH`
 *   when it is one of another length
 */
export function toNumbers(raw: unknown, dimensions: number): number[] {
  if (!Array.isArray(raw) || !raw.every(isFloat32)) {
    throw new EmbeddingError("EMBEDDING_REJECTED", "The model gave something else than finite numbers for this text.");
  }
  if (raw.length !== dimensions) {
    const message = `The model gives vectors of ${raw.length} numbers where ${dimensions} were expected`;
    throw new EmbeddingError(
      "EMBEDDING_DIMENSION_MISMATCH",
      `${message}: check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS.`,
    );
  }
  return raw;
}

/** 1e39 is a number in JSON and in JavaScript, but infinite where vectors are stored. */
function isFloat32(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

/**
 * Scales a vector to L2 norm 1.
 *
 * @param values finite numbers, any length
 * @throws EmbeddingError `EMBEDDING_REJECTED` for the zero vector: it has no direction, no cosine is defined for it,
 *   and pgvector's indexes leave it out
 */
export function l2Normalise(values: readonly number[]): Float32Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (!(norm > 0))
    throw new EmbeddingError("EMBEDDING_REJECTED", "The model gave a vector without direction (all zero).");
  return Float32Array.from(values, (value) => value / norm);
}
