import type { ErrorReason } from "@keepsake/contract";

/** The reasons that also travel to callers of the API, under the contract's own names. */
type WireReason = Extract<ErrorReason, "EMBEDDER_UNAVAILABLE" | "EMBEDDER_TIMEOUT" | "EMBEDDING_DIMENSION_MISMATCH">;

/**
 * Why there is no vector.
 *
 * - `EMBEDDER_UNAVAILABLE`: the model cannot be reached or used; the text is not to blame.
 * - `EMBEDDER_TIMEOUT`: no answer within the time limit, or the caller stopped waiting.
 * - `EMBEDDING_REJECTED`: this one text cannot be embedded; asking again is useless.
 * - `EMBEDDING_DIMENSION_MISMATCH`: the model's vectors have another length than the space's.
 */
export type EmbeddingErrorReason = WireReason | "EMBEDDING_REJECTED";

/** What may be said beside the reason and the sentence. */
export interface EmbeddingErrorOptions {
  readonly cause?: unknown;
  /** Overrides the default of `EmbeddingError.isTransient`. */
  readonly isTransient?: boolean;
  /** Which of the call's texts is meant, counted from 0. */
  readonly index?: number;
}

/** The one error of this package. Its message is a sentence for the operator and never holds a text's content. */
export class EmbeddingError extends Error {
  override readonly name = "EmbeddingError";
  readonly reason: EmbeddingErrorReason;
  /**
   * Whether waiting alone may help. True for a model that is down or slow; false for one that is missing
   * (somebody has to pull it), for a refused text and for vectors of the wrong length.
   */
  readonly isTransient: boolean;
  /** Position of the text that failed, counted from 0; null when the call failed as a whole. */
  readonly index: number | null;

  constructor(reason: EmbeddingErrorReason, message: string, options: EmbeddingErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.isTransient = options.isTransient ?? (reason === "EMBEDDER_UNAVAILABLE" || reason === "EMBEDDER_TIMEOUT");
    this.index = options.index ?? null;
  }
}

/** Whether the text itself is to blame, so that its neighbours may still be embedded. */
export function isRejection(error: unknown): error is EmbeddingError {
  return error instanceof EmbeddingError && error.reason === "EMBEDDING_REJECTED";
}
