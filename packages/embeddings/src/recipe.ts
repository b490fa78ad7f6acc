import type { EmbeddingPurpose } from "./embedder.ts";
import { addNomicPrefix, cutNomic, isNomicModel, NOMIC_DIMENSIONS, NOMIC_DIMENSIONS_MIN } from "./nomic.ts";
import { l2Normalise } from "./vector.ts";

/**
 * Bytes (UTF-8) of a piece for nomic-embed-text. In WordPiece, as Ollama runs it, no character makes more than one
 * token and no character is shorter than a byte, so 2,000 bytes are at most 2,000 tokens in any script; with the
 * longest prefix (17 bytes) and the two marks around the text that stays below the 2,048 that Ollama takes.
 * English fills it with about 450 tokens, Polish with 700, Cyrillic with 1,000, Chinese with 667.
 */
export const NOMIC_PIECE_BYTES_MAX = 2_000;
/**
 * Bytes (UTF-8) of a piece for any other model, whose tokenizer and context length are not known. English prose of
 * this size is about 230 tokens, which fits the smallest common context (256); dense text may not, and is then
 * refused by Ollama rather than cut.
 */
export const PLAIN_PIECE_BYTES_MAX = 1_000;

/** How texts become inputs of a model and its outputs become vectors of a space. */
export interface Recipe {
  /** Name and version; any change of what this recipe does to texts or vectors needs a new one. */
  readonly name: "nomic-v1" | "plain-v1";
  /** Length that the model's own vectors must have. */
  readonly nativeDimensions: number;
  /** Bytes (UTF-8) of a text that the model embeds whole. */
  readonly pieceBytesMax: number;
  /** The input for a text. */
  prepare(text: string, purpose: EmbeddingPurpose): string;
  /** The unit vector for the model's `nativeDimensions` numbers. Throws `EMBEDDING_REJECTED` for the zero vector. */
  finish(values: readonly number[]): Float32Array;
}

/**
 * The recipe for a model: nomic's rules for nomic-embed-text v1 and v1.5, otherwise the model's own output.
 *
 * @param model in any spelling, with or without namespace and tag
 * @param dimensions length of the space's vectors; 64 to 768 for nomic
 * @throws RangeError when the model cannot give vectors of that length
 */
export function recipeFor(model: string, dimensions: number): Recipe {
  return isNomicModel(model) ? nomicRecipe(dimensions) : plainRecipe(dimensions);
}

function nomicRecipe(dimensions: number): Recipe {
  assertDimensions(dimensions, NOMIC_DIMENSIONS_MIN, NOMIC_DIMENSIONS);
  return {
    name: "nomic-v1",
    nativeDimensions: NOMIC_DIMENSIONS,
    pieceBytesMax: NOMIC_PIECE_BYTES_MAX,
    prepare: addNomicPrefix,
    finish: (values) => cutNomic(values, dimensions),
  };
}

function plainRecipe(dimensions: number): Recipe {
  assertDimensions(dimensions, 1, Number.MAX_SAFE_INTEGER);
  return {
    name: "plain-v1",
    nativeDimensions: dimensions,
    pieceBytesMax: PLAIN_PIECE_BYTES_MAX,
    prepare: (text) => text,
    finish: l2Normalise,
  };
}

function assertDimensions(dimensions: number, min: number, max: number): void {
  if (Number.isInteger(dimensions) && dimensions >= min && dimensions <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  throw new RangeError(`This model's embedding dimensions are a whole number ${range}; ${dimensions} is not.`);
}
