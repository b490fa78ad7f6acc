import { DomainError } from "./domain-error.ts";

/** How much the server takes on at once. */
export interface LoadLimits {
  /** Calls under way, those that wait for the database or the model included; a batch counts as its calls. */
  readonly callsAtOnceMax: number;
  /** How late the event loop may be before new calls are refused, milliseconds. */
  readonly eventLoopDelayMsMax: number;
}

/** With fewer calls under way, a late event loop is not theirs, and refusing one would not mend it. */
const CALLS_BLAMELESS_MAX = 32;
const RETRY_AFTER_SECONDS = 1;

/**
 * Refuses new calls while there are too many, so that those under way are answered in time and no queue behind them, for
 * the database or the model, grows without end. What has begun is never given up.
 */
export class LoadShedder {
  readonly #limits: LoadLimits;
  readonly #delay: { readonly delayMs: number };
  #underWay = 0;

  constructor(limits: LoadLimits, delay: { readonly delayMs: number }) {
    this.#limits = limits;
    this.#delay = delay;
  }

  /** Calls under way now. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * Takes calls on; each of them has to be given to {@link end} once.
   *
   * @throws DomainError `OVERLOADED`
   */
  begin(calls: number): void {
    if (!this.#hasRoomFor(calls)) {
      const message = "The server has too much to do right now: try again in a moment.";
      throw new DomainError("OVERLOADED", message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#underWay += calls;
  }

  /** Takes note that calls have ended. */
  end(calls: number): void {
    this.#underWay -= calls;
  }

  #hasRoomFor(calls: number): boolean {
    const { callsAtOnceMax, eventLoopDelayMsMax } = this.#limits;
    // Whatever its size, a batch passes when there is nothing else to do.
    if (this.#underWay === 0) return true;
    if (this.#underWay + calls > callsAtOnceMax) return false;
    return this.#underWay < CALLS_BLAMELESS_MAX || this.#delay.delayMs <= eventLoopDelayMsMax;
  }
}
