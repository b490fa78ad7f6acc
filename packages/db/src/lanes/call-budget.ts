import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The time that the database has for one call of a caller. A call is several statements, and with a slow network each of
 * them is quick enough while the call is not. What is done at once counts once.
 */
class CallBudget {
  readonly #limitMs: number;
  #spentMs = 0;
  #users = 0;
  #sinceMs = 0;
  hasEnded = false;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  end(): void {
    this.hasEnded = true;
  }

  get leftMs(): number {
    const runningMs = this.#users > 0 ? performance.now() - this.#sinceMs : 0;
    return Math.max(this.#limitMs - this.#spentMs - runningMs, 0);
  }

  /** @returns ends the use */
  enter(): () => void {
    if (this.#users++ === 0) this.#sinceMs = performance.now();
    return () => {
      if (--this.#users === 0) this.#spentMs += performance.now() - this.#sinceMs;
    };
  }
}

// The verbs of a call take `db` and hand it on; only what runs beneath all of them can add up what they spend.
const current = new AsyncLocalStorage<CallBudget>();

/** Runs a call, for whose statements the database has so long altogether, milliseconds. */
export function withCallBudget<T>(limitMs: number, call: () => Promise<T>): Promise<T> {
  const budget = new CallBudget(limitMs);
  return current.run(budget, () => call().finally(() => budget.end()));
}

/** The budget of the call that runs; null in work that is nobody's call, and in what goes on after its answer. */
export function callBudget(): Pick<CallBudget, "leftMs" | "enter"> | null {
  const budget = current.getStore();
  return budget && !budget.hasEnded ? budget : null;
}
