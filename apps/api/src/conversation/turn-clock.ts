import { DeadlineError, withDeadline } from "@keepsake/db";

/** How long a turn has taken, part by part, and how long it may take still. Milliseconds. */
export class TurnClock {
  readonly #startedMs = performance.now();
  readonly #budgetMs: number;
  readonly #partsMs = new Map<string, number>();

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** What is left of the budget; 0 when it has run out. */
  get leftMs(): number {
    return Math.max(this.#budgetMs - (performance.now() - this.#startedMs), 0);
  }

  get totalMs(): number {
    return toTenths(performance.now() - this.#startedMs);
  }

  /** Time spent on a part so far; null when there was none of it. */
  spentMs(part: string): number | null {
    const ms = this.#partsMs.get(part);
    return ms === undefined ? null : toTenths(ms);
  }

  /** Does a part of the work, and counts its time. */
  async measure<T>(part: string, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await work();
    } finally {
      this.#partsMs.set(part, (this.#partsMs.get(part) ?? 0) + performance.now() - startedMs);
    }
  }

  /** The result of `work`, or null when the budget runs out first; the work goes on. */
  async within<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await withDeadline(work, this.leftMs);
    } catch (error) {
      if (error instanceof DeadlineError) return null;
      throw error;
    }
  }
}

const toTenths = (ms: number): number => Math.round(ms * 10) / 10;
