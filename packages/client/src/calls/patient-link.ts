import type { AppRouter } from "@keepsake/api/routes";
import { type Operation, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable, observableToPromise } from "@trpc/server/observable";
import { pause } from "../turn/abort.ts";
import { askedPauseMs, isPassingFault } from "./busy.ts";
import { withKey } from "./call-key.ts";
import { RetryBudget } from "./retry-budget.ts";

/** How long a call may take and how often it is tried. */
export interface Patience {
  /** For the call with all its tries, milliseconds; null for calls that bring a signal of their own. */
  readonly timeoutMs: number | null;
  /** Tries after the first one. */
  readonly retries: number;
}

/** The wait before a retry is up to so much, twice that the next time, and so on; milliseconds. */
const PAUSE_MS = 150;
const PAUSE_MS_MAX = 2_000;

/**
 * Tries a call again while its failures are passing ones, within its time: reading changes nothing, and a write has a key
 * by which it happens once. (tRPC's own `retryLink` knows neither `Retry-After` nor a caller's signal while it waits.)
 */
export function patientLink(patience: Patience): TRPCLink<AppRouter> {
  return () => {
    const budget = new RetryBudget();
    return ({ op, next }) =>
      observable((observer) => {
        const left = new AbortController();
        const call = withKey(op, Date.now());
        const attempt = (signal: AbortSignal) => observableToPromise(next({ ...call, signal }));
        tryPatiently(attempt, limitsOf(call, patience, left.signal), patience.retries, budget).then((answer) => {
          observer.next(answer);
          observer.complete();
        }, observer.error);
        return () => left.abort();
      });
  };
}

interface Limits {
  readonly all: AbortSignal;
  /** Ends the call with an error that says so; null for none. */
  readonly timeout: AbortSignal | null;
  readonly endsAtMs: number;
}

function limitsOf({ signal }: Operation, { timeoutMs }: Patience, left: AbortSignal): Limits {
  const timeout = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs);
  const all = AbortSignal.any([left, ...(signal ? [signal] : []), ...(timeout ? [timeout] : [])]);
  return { all, timeout, endsAtMs: performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY) };
}

async function tryPatiently<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { all, timeout, endsAtMs }: Limits,
  retries: number,
  budget: RetryBudget,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      const answer = await attempt(all);
      budget.earn();
      return answer;
    } catch (error) {
      // tRPC forgets why it was aborted.
      if (timeout?.aborted) throw TRPCClientError.from(timeout.reason);
      if (tried === retries || all.aborted || !isPassingFault(error)) throw error;
      const pauseMs = askedPauseMs(error, Date.now()) + Math.random() * Math.min(PAUSE_MS * 2 ** tried, PAUSE_MS_MAX);
      if (performance.now() + pauseMs >= endsAtMs || !budget.spend()) throw error;
      await pause(pauseMs, all);
      if (all.aborted) throw error;
    }
  }
}
