import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { EmbeddingError, isRejection } from "./embedding-error.ts";

/** When a circuit opens and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failuresMax: number;
  /** Milliseconds that it stays open; then the next request, and only that one, tries again. */
  readonly pauseMs: number;
}

/**
 * A caller left before the model had a fair chance to answer, so that nothing is known about the model. Never seen
 * outside: whoever would see it has left.
 */
export class BriefWaitError extends Error {
  override readonly name = "BriefWaitError";
}

/** Keeps requests away from a model that has failed several times in a row, and finds out by itself when it is back. */
export interface Circuit {
  /**
   * Runs a request, or refuses at once while the circuit is open or one request is trying whether it may close.
   *
   * @throws EmbeddingError with a `BrokenCircuitError` as its cause and the last failure's sentence when it is open;
   *   otherwise what the request throws
   */
  run<T>(request: () => Promise<T>): Promise<T>;
  /** The last failure since the last success, refused texts not counted; null when all is well or nothing was tried. */
  readonly lastFailure: EmbeddingError | null;
}

/** @param options how many failures open the circuit, and for how long */
export function createCircuit({ failuresMax, pauseMs }: CircuitOptions): Circuit {
  let lastFailure: EmbeddingError | null = null;
  const policy = circuitBreaker(
    handleWhen((error) => isFailure(error, policy.state)),
    { breaker: new ConsecutiveBreaker(failuresMax), halfOpenAfter: pauseMs },
  );
  const observe = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      const value = await request();
      lastFailure = null;
      return value;
    } catch (error) {
      if (error instanceof EmbeddingError && !isRejection(error)) lastFailure = error;
      throw error;
    }
  };
  return {
    async run(request) {
      // Left to itself, a half-open circuit makes the others wait for the trial, however long that takes.
      if (policy.state === CircuitState.HalfOpen) throw paused(lastFailure, new BrokenCircuitError());
      try {
        return await policy.execute(() => observe(request));
      } catch (error) {
        throw error instanceof BrokenCircuitError ? paused(lastFailure, error) : error;
      }
    },
    get lastFailure() {
      return lastFailure;
    },
  };
}

/** Whether an error is the circuit's own refusal; asking again at once is useless then. */
export function isPaused(error: unknown): boolean {
  return error instanceof EmbeddingError && error.cause instanceof BrokenCircuitError;
}

/** A trial that ended in nothing must not close the circuit, so there a brief wait counts as a failure. */
function isFailure(error: unknown, state: CircuitState): boolean {
  return isOutage(error) || (error instanceof BriefWaitError && state !== CircuitState.Closed);
}

/** Refused texts and vectors of another length come from a model that answers. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof EmbeddingError && (error.reason === "EMBEDDER_UNAVAILABLE" || error.reason === "EMBEDDER_TIMEOUT")
  );
}

function paused(failure: EmbeddingError | null, cause: BrokenCircuitError): EmbeddingError {
  const message = failure?.message ?? "The model has failed several times in a row.";
  return new EmbeddingError("EMBEDDER_UNAVAILABLE", message, { cause });
}
