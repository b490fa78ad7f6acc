/** Retries that may be saved up. */
const SAVED_MAX = 20;
/** What a call that went well adds: one retry for ten of them. */
const EARNED = 0.1;

/**
 * Bounds how much retrying adds to a server's load: each retry is paid for by ten calls that went well, and some are
 * there from the start. While everything fails, calls soon fail at once instead of three times more.
 */
export class RetryBudget {
  #saved = SAVED_MAX;

  earn(): void {
    this.#saved = Math.min(this.#saved + EARNED, SAVED_MAX);
  }

  /** @returns whether there is a retry left; it is then spent */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
