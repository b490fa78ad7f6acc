import type { ErrorReason } from "@keepsake/contract/errors";
import { askedPauseMs } from "../calls/busy.ts";
import { errorReason, isUnreachable } from "../error-reason.ts";
import { pause } from "./abort.ts";

const BUSY: readonly (ErrorReason | null)[] = ["OVERLOADED", "DATABASE_UNAVAILABLE", "STORAGE_FULL", "RATE_LIMITED"];
const REFUSED: readonly (ErrorReason | null)[] = [
  "INVALID_INPUT",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA",
  "IDEMPOTENCY_MISMATCH",
  "INTERACTION_NOT_FOUND",
];

/** An answer that no Keepsake gives. */
export class StrangeAnswerError extends Error {
  override readonly name = "StrangeAnswerError";
}

/** Whether the same call may go well in a moment: nobody answered, or the server is busy or without its database. */
export function isPassing(error: unknown): boolean {
  return isUnreachable(error) || error instanceof StrangeAnswerError || BUSY.includes(errorReason(error));
}

/** Whether the server will never take this call. */
export const isRefusal = (error: unknown): boolean => REFUSED.includes(errorReason(error));

/** Tries after the first one. */
const RETRIES_MAX = 2;
/** A wait before another try lasts between half of this and all of it, and twice that the next time; milliseconds. */
const PAUSE_MS = 100;

/**
 * Makes a call that is safe to repeat, up to three times while its failures are passing ones. A server that asks for a
 * pause beyond the end is left alone.
 *
 * @param limit ends the trying; the call has to heed it by itself
 * @param endsAtMs when `limit` fires at the latest, by `performance.now()`
 * @throws the last failure
 */
export async function withRetries<T>(call: () => Promise<T>, limit: AbortSignal, endsAtMs: number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === RETRIES_MAX || limit.aborted || !isPassing(error)) throw error;
      // Gateways that lost their server together do not come back together.
      const ownPauseMs = PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2);
      const pauseMs = askedPauseMs(error, Date.now()) + ownPauseMs;
      if (performance.now() + pauseMs >= endsAtMs) throw error;
      await pause(pauseMs, limit);
    }
  }
}
