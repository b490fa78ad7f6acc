export { type CachedEmbedder, type CachedEmbedderOptions, createCachedEmbedder } from "./cached-embedder.ts";
export type {
  Embedder,
  EmbedderHealth,
  EmbeddingPurpose,
  EmbeddingResult,
  EmbeddingSpaceDescription,
  EmbedOptions,
} from "./embedder.ts";
export { EmbeddingError, type EmbeddingErrorOptions, type EmbeddingErrorReason } from "./embedding-error.ts";
export { toModelName } from "./model-name.ts";
export { NOMIC_DIMENSIONS, NOMIC_DIMENSIONS_MIN } from "./nomic.ts";
export { createOllamaEmbedder } from "./ollama.ts";
export type { OllamaEmbedderOptions } from "./ollama-options.ts";
export { NOMIC_PIECE_BYTES_MAX, PLAIN_PIECE_BYTES_MAX, type Recipe, recipeFor } from "./recipe.ts";
export { type SplitLimit, splitText } from "./split.ts";
