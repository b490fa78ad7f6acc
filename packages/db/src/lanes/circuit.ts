import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseDownError, DeadlineError } from "../database-error.ts";

/** Between two looks at a database that is down: it is found again this soon. */
const LOOK_EVERY_MS = 200;

/**
 * Knows whether the database is there at all, so that callers of a dead one are told at once instead of waiting. Whoever
 * sees something that a dead database would do voices a suspicion; a look at it decides.
 */
export class Circuit {
  readonly #look: () => Promise<void>;
  readonly #silenceMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #distrusters: (() => void)[] = [];
  readonly #stop = new AbortController();
  #isOpen = false;
  #looking = false;
  #uses = 0;
  #silentSinceMs = 0;

  /**
   * @param look fails when the database does not answer, with a `DeadlineError` when it says nothing at all
   * @param silenceMs a look that hears nothing counts only when nobody else has heard anything for so long: a machine that
   *   is very busy is slow in opening connections too
   */
  constructor(look: () => Promise<void>, silenceMs: number) {
    this.#look = look;
    this.#silenceMs = silenceMs;
  }

  /** Takes note that somebody asks the database. @returns to be called with whether it answered */
  ask(): (hasAnswered: boolean) => void {
    if (this.#uses++ === 0) this.#silentSinceMs = performance.now();
    return (hasAnswered) => {
      this.#uses -= 1;
      if (hasAnswered) this.#silentSinceMs = performance.now();
    };
  }

  /** @throws DatabaseDownError while the database is known to be away */
  assertClosed(): void {
    if (this.#isOpen) throw new DatabaseDownError();
  }

  /** Has a look, unless somebody is looking. */
  suspect(): void {
    if (this.#isOpen || this.#looking || this.#stop.signal.aborted) return;
    this.#looking = true;
    this.#look()
      .catch((error: unknown) => {
        const isSilent = performance.now() - this.#silentSinceMs >= this.#silenceMs;
        if (isSilent || !(error instanceof DeadlineError)) this.#open();
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  /** @returns ends the listening */
  onOpen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param listener drops the connections that nobody uses */
  onDistrust(listener: () => void): void {
    this.#distrusters.push(listener);
  }

  /** A connection has gone silent: a router that forgot one has forgotten the idle ones of all lanes too. */
  distrustIdle(): void {
    for (const listener of this.#distrusters) listener();
  }

  /** Looks no more. */
  end(): void {
    this.#stop.abort();
  }

  #open(): void {
    if (this.#stop.signal.aborted) return;
    this.#isOpen = true;
    for (const listener of [...this.#listeners]) listener();
    void this.#waitForReturn();
  }

  async #waitForReturn(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#isOpen && !signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
      await this.#look().then(
        () => {
          this.#isOpen = false;
        },
        () => {},
      );
    }
  }
}
