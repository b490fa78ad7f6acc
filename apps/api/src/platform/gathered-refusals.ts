import type { ErrorReason } from "@keepsake/contract";

/** One line a kind within it. */
const WINDOW_MS = 10_000;

/** Says that so many calls were refused for a reason: `latest` is what the last of them is told by. */
type Tell<T> = (reason: ErrorReason, calls: number, latest: T) => void;

/** Runs something later. */
type Later = (ms: number, run: () => void) => void;

interface Gathered<T> {
  calls: number;
  latest: T;
}

/**
 * Gathers refusals that are expected under load or while the disk or the database is away, so that thousands of them are not
 * thousands of lines: the first of a kind is told at once, those of the next ten seconds together at their end.
 */
export class GatheredRefusals<T> {
  readonly #open = new Map<ErrorReason, Gathered<T>>();
  readonly #tell: Tell<T>;
  readonly #later: Later;

  /** @param later the clock; a timer that keeps no process alive unless given */
  constructor(tell: Tell<T>, later: Later = (ms, run) => void setTimeout(run, ms).unref()) {
    this.#tell = tell;
    this.#later = later;
  }

  /** Counts a refused call. */
  add(reason: ErrorReason, latest: T): void {
    const open = this.#open.get(reason);
    if (open) {
      open.calls += 1;
      open.latest = latest;
      return;
    }
    this.#tell(reason, 1, latest);
    this.#gather(reason, latest);
  }

  #gather(reason: ErrorReason, latest: T): void {
    const gathered = { calls: 0, latest };
    this.#open.set(reason, gathered);
    this.#later(WINDOW_MS, () => {
      this.#open.delete(reason);
      if (gathered.calls === 0) return;
      this.#tell(reason, gathered.calls, gathered.latest);
      // It goes on: the next one is not a first one.
      this.#gather(reason, gathered.latest);
    });
  }
}
