import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { BriefWaitError, type CircuitOptions, createCircuit, isPaused } from "./circuit.ts";
import type { EmbeddingResult } from "./embedder.ts";
import { EmbeddingError, isRejection } from "./embedding-error.ts";
import { toVectors } from "./embedding-result.ts";
import type { OllamaApi } from "./ollama-api.ts";
import type { Recipe } from "./recipe.ts";
import { withTimeLimit } from "./time-limit.ts";
import { toNumbers } from "./vector.ts";

/**
 * Milliseconds after which a caller's leaving says something about the model. A voice assistant that gives up after
 * 150 ms would otherwise shut a healthy but slow model out.
 */
const FAIR_WAIT_MS = 1_000;

/** A text that every model embeds. */
const HARMLESS_TEXT = "hello";

/** How a requester behaves. All times in milliseconds. */
export interface RequesterOptions extends CircuitOptions {
  readonly requestTimeoutMs: number;
  /** Retries of one request; each waits longer than the one before, by chance, from `retryDelayMs` on. */
  readonly retriesMax: number;
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
}

/** Sends inputs to the model, again where that may help, and not at all while it is known to be down. */
export interface Requester {
  /**
   * One request with its retries.
   *
   * @returns one result an input, in order; an input whose vector is unusable has an `EMBEDDING_REJECTED`
   * @throws EmbeddingError `EMBEDDING_REJECTED` when the request was refused because of one or more inputs, any other
   *   reason when it is not the inputs' fault
   */
  send(inputs: readonly string[], signal: AbortSignal): Promise<EmbeddingResult[]>;
  /**
   * Embeds a harmless text, once, so that no other text is blamed for what the model does to all of them.
   *
   * @throws EmbeddingError, never `EMBEDDING_REJECTED`: a model that refuses this text is of no use
   */
  probe(signal: AbortSignal): Promise<void>;
  /** The last failure since the last success, refused texts not counted; null when all is well or nothing was tried. */
  readonly lastFailure: EmbeddingError | null;
}

/** @param recipe turns what the model gives into vectors of the space */
export function createRequester(api: OllamaApi, recipe: Recipe, options: RequesterOptions): Requester {
  const circuit = createCircuit(options);
  const retries = retry(handleWhen(isWorthRetrying), {
    maxAttempts: options.retriesMax,
    backoff: new ExponentialBackoff({ initialDelay: options.retryDelayMs, maxDelay: options.retryDelayMaxMs }),
    // The call's own time limit keeps the process alive as long as somebody waits.
  }).dangerouslyUnref();
  const attempt = async (inputs: readonly string[], signal: AbortSignal): Promise<EmbeddingResult[]> => {
    const raw = await requestOnce(api, inputs, { timeoutMs: options.requestTimeoutMs, signal });
    return raw.map((values) => toResult(recipe, values));
  };
  return {
    send: (inputs, signal) =>
      retries.execute(() => {
        // The wait before a retry does not end with the signal, so a request may be due that nobody wants any more.
        signal.throwIfAborted();
        return circuit.run(() => attempt(inputs, signal));
      }, signal),
    probe: (signal) => circuit.run(() => assertEmbeds(() => attempt([HARMLESS_TEXT], signal))),
    get lastFailure() {
      return circuit.lastFailure;
    },
  };
}

async function assertEmbeds(request: () => Promise<EmbeddingResult[]>): Promise<void> {
  try {
    toVectors(await request());
  } catch (cause) {
    if (!isRejection(cause)) throw cause;
    const message = "Ollama embeds not even a harmless text: is the model one for embeddings? Its log may tell more.";
    throw new EmbeddingError("EMBEDDER_UNAVAILABLE", message, { cause, isTransient: false });
  }
}

async function requestOnce(
  api: OllamaApi,
  inputs: readonly string[],
  limit: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<unknown[]> {
  const startedAt = performance.now();
  try {
    return await withTimeLimit(limit, (signal) => api.embed(inputs, signal));
  } catch (error) {
    if (limit.signal.aborted && performance.now() - startedAt < FAIR_WAIT_MS) throw new BriefWaitError();
    throw error;
  }
}

function toResult(recipe: Recipe, raw: unknown): EmbeddingResult {
  try {
    return { vector: recipe.finish(toNumbers(raw, recipe.nativeDimensions)) };
  } catch (error) {
    if (isRejection(error)) return { error };
    throw error;
  }
}

function isWorthRetrying(error: unknown): boolean {
  return error instanceof EmbeddingError && error.isTransient && !isPaused(error);
}
