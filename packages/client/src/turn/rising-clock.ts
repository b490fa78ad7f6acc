/** Room between two times for the millisecond by which a question stands before its answer, on the server too. */
const STEP_MS = 3;

/**
 * A clock that never gives a time twice and never goes back, whatever is done to the machine's: the history of a session
 * is in the order of these times.
 */
export class RisingClock {
  #lastMs = 0;

  /** Now, ISO 8601. */
  now(): string {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + STEP_MS);
    return new Date(this.#lastMs).toISOString();
  }
}
