import { LRUCache } from "lru-cache";
import { DomainError } from "./domain-error.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What one token may ask of one server. */
export interface CallerRates {
  readonly callsPerSecond: number;
  readonly callsPerMinute: number;
  /** Calls under way, so that one caller never fills the server. */
  readonly callsAtOnceMax: number;
}

/** Callers that are remembered; whoever falls out begins with full buckets. */
const CALLERS_MAX = 10_000;
/** Exports of one caller under way: each reads as fast as its reader can, for minutes. */
const EXPORTS_AT_ONCE_MAX = 1;
const EXPORT_RETRY_SECONDS = 5;

interface Caller {
  readonly second: TokenBucket;
  readonly minute: TokenBucket;
  underWay: number;
  exports: number;
}

/** Keeps a caller who floods the server from the others' share of it. A caller is a token, by its id. */
export class CallerLimits {
  readonly #rates: CallerRates;
  readonly #callers = new LRUCache<string, Caller>({ max: CALLERS_MAX });

  constructor(rates: CallerRates) {
    this.#rates = rates;
  }

  /**
   * Takes a caller's calls on.
   *
   * @returns ends them
   * @throws DomainError `RATE_LIMITED`, with the seconds after which they would pass
   */
  begin(callerId: string, calls: number, nowMs: number = performance.now()): () => void {
    const caller = this.#find(callerId, nowMs);
    const waitMs = Math.max(caller.second.waitMs(calls, nowMs), caller.minute.waitMs(calls, nowMs));
    if (waitMs > 0) throw refusal("This token makes too many calls", Math.ceil(waitMs / 1_000));
    if (caller.underWay > 0 && caller.underWay + calls > this.#rates.callsAtOnceMax) {
      throw refusal("This token has too many calls under way", 1);
    }
    caller.second.take(calls);
    caller.minute.take(calls);
    caller.underWay += calls;
    return () => {
      caller.underWay -= calls;
    };
  }

  /**
   * Begins an export.
   *
   * @returns ends it
   * @throws DomainError `RATE_LIMITED` while another one of the same caller is under way
   */
  beginExport(callerId: string): () => void {
    const caller = this.#find(callerId, performance.now());
    if (caller.exports >= EXPORTS_AT_ONCE_MAX) {
      throw refusal("This token reads an export already, and may read one at a time", EXPORT_RETRY_SECONDS);
    }
    caller.exports += 1;
    return () => {
      caller.exports -= 1;
    };
  }

  #find(callerId: string, nowMs: number): Caller {
    const known = this.#callers.get(callerId);
    if (known) return known;
    const { callsPerSecond, callsPerMinute } = this.#rates;
    const caller: Caller = {
      second: new TokenBucket(callsPerSecond, 1_000, nowMs),
      minute: new TokenBucket(callsPerMinute, 60_000, nowMs),
      underWay: 0,
      exports: 0,
    };
    this.#callers.set(callerId, caller);
    return caller;
  }
}

function refusal(what: string, retryAfterSeconds: number): DomainError {
  const message = `${what}: try again after ${retryAfterSeconds} s.`;
  return new DomainError("RATE_LIMITED", message, { retryAfterSeconds });
}
