import type { EmbeddingError } from "./embedding-error.ts";

/**
 * What a text is embedded for. Asymmetric models such as nomic-embed-text need to know: what is searched
 * (`document`) and what searches (`query`) get different prefixes.
 */
export type EmbeddingPurpose = "document" | "query";

/** What makes vectors comparable: two vectors may be compared only when all of this is equal. */
export interface EmbeddingSpaceDescription {
  /** The model's name as Ollama knows it, without a `:latest` tag. */
  readonly model: string;
  /** Length of every vector of the space. */
  readonly dimensions: number;
  /** How texts are prepared and vectors are cut, with its version, such as `nomic-v1` or `plain-v1`. */
  readonly recipe: string;
}

/** Options of one call. */
export interface EmbedOptions {
  /** Ends the call early; the promise then rejects with `EMBEDDER_TIMEOUT`. */
  readonly signal?: AbortSignal;
  /** Time limit of the whole call with its retries, milliseconds. */
  readonly timeoutMs?: number;
}

/** What became of one text: its vector, or why it cannot have one. */
export type EmbeddingResult = { readonly vector: Float32Array } | { readonly error: EmbeddingError };

/** Whether embeddings can be had right now, and if not, why and what to do about it. */
export interface EmbedderHealth {
  readonly available: boolean;
  /** One sentence for the operator, such as how to pull a missing model; null when available. */
  readonly problem: string | null;
  /** Names the model's weights as Ollama does; another digest under the same name means other vectors. */
  readonly modelDigest?: string;
}

/**
 * Turns texts into unit vectors of one embedding space. Disposing of it ends every request under way, which may outlive
 * its caller and would keep the process alive; calls fail from then on.
 */
export interface Embedder extends Disposable {
  readonly space: EmbeddingSpaceDescription;

  /**
   * Embeds texts in order, all or nothing.
   *
   * @returns one unit vector (length `space.dimensions`, L2 norm 1) a text, in the order of `texts`
   * @throws EmbeddingError whose `reason` tells an unavailable model from a text that cannot be embedded, and
   *   whose `index` tells which text that is
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, options?: EmbedOptions): Promise<Float32Array[]>;

  /**
   * Embeds texts in order, each for itself: one that cannot be embedded does not cost its neighbours their vectors.
   *
   * @returns one result a text, in the order of `texts`; an `error` here always is `EMBEDDING_REJECTED`
   * @throws EmbeddingError for everything that is not one text's fault: model down, slow, missing, or of another length
   */
  embedEach(texts: readonly string[], purpose: EmbeddingPurpose, options?: EmbedOptions): Promise<EmbeddingResult[]>;

  /** Splits a text into pieces that the model embeds whole; a short text is one piece. Never empty. */
  split(text: string): string[];

  /** Whether the model can be used. Never rejects; asks Ollama at most once in a few seconds when all is well. */
  health(options?: { readonly signal?: AbortSignal }): Promise<EmbedderHealth>;
}
