import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseDownError } from "../database-error.ts";

/** Between two looks at a database that is down: it is found again this soon. */
const LOOK_EVERY_MS = 200;

/**
 * Knows whether the database is there at all, so that callers of a dead one are told at once instead of waiting. Whoever
 * sees something that a dead database would do voices a suspicion; a look at it decides.
 */
export class Circuit {
  readonly #look: () => Promise<void>;
  readonly #listeners = new Set<() => void>();
  readonly #distrusters: (() => void)[] = [];
  readonly #stop = new AbortController();
  #isOpen = false;
  #looking = false;

  /** @param look fails when the database does not answer, and never takes long */
  constructor(look: () => Promise<void>) {
    this.#look = look;
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
      .catch(() => this.#open())
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
