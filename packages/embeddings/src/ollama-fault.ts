import { BodyTooLargeError, HttpStatusError } from "./bounded-fetch.ts";
import { EmbeddingError } from "./embedding-error.ts";

/** Names for the operator's sentence; the URL without credentials. */
export interface FaultPlace {
  readonly url: string;
  readonly model: string;
}

/** Statuses by which a server or a proxy says: not now. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 499]);
/** Statuses by which a server or a proxy says: not you. */
const DENIED_STATUSES: ReadonlySet<number> = new Set([401, 403, 407]);
/** Characters of Ollama's own sentence in ours. */
const DETAIL_CHARS_MAX = 200;

/**
 * What went wrong with a request, as an error of this package.
 *
 * A text is to blame (`EMBEDDING_REJECTED`) for 4xx other than those above and for NaN, which older Ollama answers
 * with a 500. Everything else is the model's or the network's fault. Ollama's sentence is repeated for server faults
 * only: for a refused text it could quote the text.
 *
 * @param error whatever the client threw
 */
export function toEmbeddingError(error: unknown, place: FaultPlace): EmbeddingError {
  if (error instanceof EmbeddingError) return error;
  if (error instanceof HttpStatusError) return fromStatus(error, place);
  if (error instanceof BodyTooLargeError) {
    return unavailable(`${place.url} answered with more than an embedding can be: is it Ollama?`, error);
  }
  if (error instanceof SyntaxError) {
    return unavailable(`${place.url} answered with something that is not JSON: is it Ollama?`, error);
  }
  return unavailable(`Ollama does not answer at ${place.url}: start it or set OLLAMA_URL.`, error);
}

/** The sentence for a model that Ollama does not have. */
export function modelMissing({ model }: FaultPlace, cause?: unknown): EmbeddingError {
  const message = `Ollama does not have the model ${model}: run \`ollama pull ${model}\`.`;
  return new EmbeddingError("EMBEDDER_UNAVAILABLE", message, { cause, isTransient: false });
}

function fromStatus(error: HttpStatusError, place: FaultPlace): EmbeddingError {
  const { status, detail } = error;
  if (status === 404) return fromNotFound(error, place);
  if (DENIED_STATUSES.has(status)) {
    return unavailable(`${place.url} refuses access (status ${status}): check OLLAMA_URL.`, error, false);
  }
  if (BUSY_STATUSES.has(status)) return unavailable(`Ollama at ${place.url} is busy (status ${status}).`, error);
  if ((status >= 400 && status < 500) || isAboutNumbers(detail)) return rejected(error);
  const words = detail === null ? "" : `: ${detail.slice(0, DETAIL_CHARS_MAX)}`;
  return unavailable(`Ollama at ${place.url} failed with status ${status}${words}`, error);
}

/** Ollama's 404 names the model; any other page that is not there means another server or another path. */
function fromNotFound(error: HttpStatusError, place: FaultPlace): EmbeddingError {
  if (error.detail !== null) return modelMissing(place, error);
  return unavailable(`${place.url} does not know Ollama's paths (status 404): check OLLAMA_URL.`, error, false);
}

function rejected(error: HttpStatusError): EmbeddingError {
  // The cause keeps the status and drops Ollama's words, since loggers print causes.
  const cause = new HttpStatusError(error.status, null);
  return new EmbeddingError("EMBEDDING_REJECTED", rejectionSentence(error), { cause });
}

function rejectionSentence({ status, detail }: HttpStatusError): string {
  if (isAboutNumbers(detail)) return "The model computes no finite numbers for this text.";
  if (detail !== null && /context length|too large/i.test(detail)) return "The text is longer than the model takes.";
  return `Ollama refused this text (status ${status}).`;
}

function isAboutNumbers(detail: string | null): boolean {
  return detail !== null && /\b(NaN|Inf)\b/.test(detail);
}

function unavailable(message: string, cause: unknown, isTransient = true): EmbeddingError {
  return new EmbeddingError("EMBEDDER_UNAVAILABLE", message, { cause, isTransient });
}
