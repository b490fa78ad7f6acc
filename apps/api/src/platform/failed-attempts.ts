import { LRUCache } from "lru-cache";

/** Failures that an address may have within a window before it is told to wait. */
const FAILURES_MAX = 10;
const WINDOW_MS = 60_000;
/** Remembered at most; beyond, the longest quiet one is forgotten. */
const ADDRESSES_MAX = 10_000;

interface Failures {
  count: number;
  readonly untilMs: number;
}

/**
 * Counts calls without a valid token, by address. Who has one is never held up: a neighbour behind the same proxy must not
 * lock a gateway out. It keeps the log and the database quiet; what keeps guessers out is the secrets' length.
 */
export class FailedAttempts {
  readonly #failures = new LRUCache<string, Failures>({ max: ADDRESSES_MAX });

  /**
   * Counts a failure.
   *
   * @param nowMs milliseconds of any steady clock
   * @returns seconds until the address may fail again; 0 while it may
   */
  add(address: string, nowMs: number): number {
    const known = this.#failures.get(address);
    const current = known && known.untilMs > nowMs ? known : { count: 0, untilMs: nowMs + WINDOW_MS };
    current.count += 1;
    this.#failures.set(address, current);
    return current.count <= FAILURES_MAX ? 0 : Math.max(1, Math.ceil((current.untilMs - nowMs) / 1_000));
  }
}
