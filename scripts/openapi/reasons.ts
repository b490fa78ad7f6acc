import type { ErrorReason } from "../../packages/contract/src/index.ts";

/** What a reader of the document is told about each reason; a new reason without its sentence does not compile. */
export const REASON_MEANINGS: Record<ErrorReason, string> = {
  INVALID_INPUT: "The input is not valid; `issues` names every field that is at fault.",
  PROCEDURE_NOT_FOUND: "There is nothing at this address.",
  UNAUTHORIZED: "The server asks for a token, and none or another one was sent.",
  FORBIDDEN:
    "The token may not do this, or not for this user; or the call came from a foreign web page, or for a host name that the server does not answer to.",
  MEMORY_NOT_FOUND: "This user has no such memory.",
  PREFERENCE_NOT_FOUND: "This user has no such preference.",
  EXAMPLE_NOT_FOUND: "This user has no such training example.",
  INTERACTION_NOT_FOUND: "This user has no such interaction.",
  EXPORT_NOT_FOUND: "This user has no such export.",
  EXPORT_NOT_COMPLETE: "The export was not read to its end.",
  TRUST_TOO_LOW:
    "What is believed more may not be replaced by what is believed less: name the user's own word as `origin`.",
  VERSION_CONFLICT: "It was changed since the version that `expectedVersion` names: read it again, then retry.",
  CONTENT_EXISTS: "Another memory says the same already.",
  IDEMPOTENCY_MISMATCH: "The `idempotencyKey` was used with another input.",
  CAPACITY_REACHED: "A limit of the server is reached; its operator has to act.",
  CLIENT_INCOMPATIBLE: "The client was built for another version of the contract.",
  EMBEDDING_DIMENSION_MISMATCH: "The vectors are of another length than the server's.",
  EMBEDDING_MODEL_CHANGED: "The embedding model changed; the server's operator has to act.",
  EMBEDDER_UNAVAILABLE: "The embedding model does not answer: retry later.",
  EMBEDDER_TIMEOUT: "The embedding model was too slow: retry once.",
  TOO_LARGE: "The body is over 1 MiB, or the answer would be over 2 MiB: split it.",
  UNSUPPORTED_MEDIA: "The body is not of the type `application/json`.",
  RATE_LIMITED: "Too many calls: slow down.",
  OVERLOADED: "The server has too much to do: retry later.",
  STORAGE_FULL: "The database has no room left; the server's operator has to act.",
  DATABASE_UNAVAILABLE: "The database does not answer: retry later.",
  TOKEN_NOT_FOUND: "There is no such token.",
  USER_BEING_ERASED: "Everything of this user is being erased right now: nothing is written for it meanwhile.",
  INTERNAL: "Something failed inside the server. Its log tells more under the request id.",
};
