/** Who may have a turn. */
export interface TurnTaker {
  /** Puts its own state of the session in place of the last one's. Absent for one that leaves no trace in it. */
  enter?(last: TurnTaker | null): Promise<void>;
}

/**
 * Lets several clients share PGlite's one session: who has the turn keeps it until its round or its transaction is over,
 * and the others wait in the order in which they came.
 */
export class Turnstile {
  #holder: TurnTaker | null = null;
  #last: TurnTaker | null = null;
  readonly #waiting: { taker: TurnTaker; go: () => void }[] = [];

  /** Called whenever somebody begins to wait for the holder. */
  onWait: (holder: TurnTaker) => void = () => {};

  /** Waits for the turn; at once for its holder. */
  async take(taker: TurnTaker): Promise<void> {
    if (this.#holder === taker) return;
    if (this.#holder !== null) await this.#wait(taker, this.#holder);
    this.#holder = taker;
    if (this.#last === taker || !taker.enter) return;
    const last = this.#last;
    this.#last = taker;
    await taker.enter(last);
  }

  /** Gives the turn to the next in line. Nothing happens when `taker` does not hold it. */
  pass(taker: TurnTaker): void {
    if (this.#holder !== taker) return;
    const next = this.#waiting.shift();
    this.#holder = next?.taker ?? null;
    next?.go();
    if (next && this.#waiting.length > 0) this.onWait(next.taker);
  }

  /** Forgets one that is gone. It must not hold the turn. */
  forget(taker: TurnTaker): void {
    if (this.#last === taker) this.#last = null;
  }

  isHeldBy(taker: TurnTaker): boolean {
    return this.#holder === taker;
  }

  #wait(taker: TurnTaker, holder: TurnTaker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ taker, go: resolve });
    this.onWait(holder);
    return promise;
  }
}
