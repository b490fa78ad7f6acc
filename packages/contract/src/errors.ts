/**
 * Why a call failed, in a word that a program can act on. It travels as `data.reason` of every error.
 * The list only grows: a reason, once shipped, keeps its meaning.
 */
export const ERROR_REASONS = [
  "INVALID_INPUT",
  "PROCEDURE_NOT_FOUND",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "MEMORY_NOT_FOUND",
  "PREFERENCE_NOT_FOUND",
  "EXAMPLE_NOT_FOUND",
  "INTERACTION_NOT_FOUND",
  "VERSION_CONFLICT",
  "CONTENT_EXISTS",
  "IDEMPOTENCY_MISMATCH",
  "CAPACITY_REACHED",
  "CLIENT_INCOMPATIBLE",
  "EMBEDDING_DIMENSION_MISMATCH",
  "EMBEDDING_MODEL_CHANGED",
  "EMBEDDER_UNAVAILABLE",
  "EMBEDDER_TIMEOUT",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA",
  "RATE_LIMITED",
  "OVERLOADED",
  "STORAGE_FULL",
  "DATABASE_UNAVAILABLE",
  "INTERNAL",
  "EXPORT_NOT_FOUND",
  "EXPORT_NOT_COMPLETE",
  "TRUST_TOO_LOW",
  "TOKEN_NOT_FOUND",
  "USER_BEING_ERASED",
] as const;

/** One of `ERROR_REASONS`. */
export type ErrorReason = (typeof ERROR_REASONS)[number];

/** Whether a value from the wire is a reason that this version knows. */
export function isErrorReason(value: unknown): value is ErrorReason {
  return (ERROR_REASONS as readonly unknown[]).includes(value);
}

/** One fault of a refused input. */
export interface InputIssue {
  /** Where the fault is, such as `items.3.tags.0`; empty for the input as a whole. */
  path: string;
  /** What is wrong and what would be right, without the value itself. */
  message: string;
}

/** `data` of every error that the server answers. */
export interface WireErrorData {
  /** tRPC's error code, such as `NOT_FOUND`. */
  code: string;
  httpStatus: number;
  reason: ErrorReason;
  /** Names the call in the server's log. */
  requestId: string | null;
  /** The procedure's path, such as `memory.add`, where it is known. */
  path?: string;
  /** For `INVALID_INPUT`: every fault with its field. */
  issues?: InputIssue[];
  /** For `RATE_LIMITED` and what is unavailable: when the same call may go well, as the header `Retry-After` says. */
  retryAfterSeconds?: number;
}

/** An error as it travels: JSON-RPC's number, a sentence, and `data`. */
export interface WireErrorShape {
  message: string;
  code: number;
  data: WireErrorData;
}
