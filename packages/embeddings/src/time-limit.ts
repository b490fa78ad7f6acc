import { EmbeddingError } from "./embedding-error.ts";

/** Node's timers fire at once when asked to wait longer than this many milliseconds. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** When to stop waiting: after a time, or when somebody says so. */
export interface TimeLimit {
  /** Milliseconds; `Infinity` waits for the signal alone. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for work no longer than a limit, and tells the work by its own signal when nobody waits any more.
 *
 * @param work begins at once; what it does after its signal is nobody's concern, its rejection is not lost but ignored
 * @throws EmbeddingError `EMBEDDER_TIMEOUT` at the limit or on the signal; whatever the work throws before that
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (limit.signal?.aborted) throw abandoned(limit.signal);
  const controller = new AbortController();
  const leave = () => limit.signal && controller.abort(abandoned(limit.signal));
  const timer = setTimeout(() => controller.abort(expired(limit.timeoutMs)), Math.min(limit.timeoutMs, TIMER_MS_MAX));
  limit.signal?.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([rejectionOf(controller.signal), work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    limit.signal?.removeEventListener("abort", leave);
  }
}

/** Never fulfils; rejects with the signal's reason. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function expired(timeoutMs: number): EmbeddingError {
  return new EmbeddingError("EMBEDDER_TIMEOUT", `The model gave no answer within ${timeoutMs} ms.`);
}

/** An inner limit passes the outer one's error on, so that the message tells the limit that was really hit. */
function abandoned(signal: AbortSignal): EmbeddingError {
  const cause: unknown = signal.reason;
  if (cause instanceof EmbeddingError) return cause;
  return new EmbeddingError("EMBEDDER_TIMEOUT", "The caller stopped waiting for the model.", { cause });
}
