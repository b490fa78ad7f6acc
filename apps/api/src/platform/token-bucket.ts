/** Lets so many through in a period, evenly or all at once, and no more. */
export class TokenBucket {
  readonly #size: number;
  readonly #perMs: number;
  #level: number;
  #filledAtMs: number;

  /**
   * @param size how many a full bucket lets through at once; as many come back in each period
   * @param nowMs a clock that never goes back, milliseconds
   */
  constructor(size: number, periodMs: number, nowMs: number) {
    this.#size = size;
    this.#perMs = size / periodMs;
    this.#level = size;
    this.#filledAtMs = nowMs;
  }

  /**
   * How long the bucket needs until it holds that many, milliseconds; 0 when it does. More than its size counts as its
   * size.
   */
  waitMs(count: number, nowMs: number): number {
    this.#fill(nowMs);
    return Math.max(0, Math.min(count, this.#size) - this.#level) / this.#perMs;
  }

  /** Takes them out. What is taken beyond the level is owed, and has to come back first. */
  take(count: number): void {
    this.#level -= count;
  }

  #fill(nowMs: number): void {
    const sinceMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#level = Math.min(this.#size, this.#level + sinceMs * this.#perMs);
    this.#filledAtMs = nowMs;
  }
}
