import type { Actor } from "./actor.ts";
import { DomainError } from "./domain-error.ts";

/** Enough for a database that is away for a minute; what waits holds its text in memory. */
const WRITES_MAX = 1_000;

/** Writes that nobody waits for at first, by what they are about, so that whoever needs one can wait for its end. */
export class PendingWrites {
  readonly #pending = new Map<string, Promise<void>>();
  readonly #writesMax: number;
  #count = 0;

  constructor(writesMax: number = WRITES_MAX) {
    this.#writesMax = writesMax;
  }

  /** Whether no more should be begun for now. */
  get isFull(): boolean {
    return this.#count >= this.#writesMax;
  }

  /**
   * Refuses a call whose write might have to be waited for by nobody.
   *
   * @throws DomainError `OVERLOADED`
   */
  assertRoom(): void {
    if (!this.isFull) return;
    throw new DomainError("OVERLOADED", "Too much waits to be written: try again in a moment.");
  }

  /** Takes note of a write until it ends. It must not reject. */
  add({ userId }: Actor, about: string, write: Promise<void>): void {
    const key = JSON.stringify([userId, about]);
    this.#pending.set(key, write);
    this.#count += 1;
    void write.finally(() => {
      this.#count -= 1;
      if (this.#pending.get(key) === write) this.#pending.delete(key);
    });
  }

  /** Resolves when those writes for a user have ended that are under way now. */
  async endedOf({ userId }: Actor): Promise<void> {
    const ofUser = [...this.#pending].filter(([key]) => (JSON.parse(key) as [string, string])[0] === userId);
    await Promise.all(ofUser.map(([, write]) => write));
  }

  /** Resolves when no write about this is under way. */
  async ended({ userId }: Actor, about: string): Promise<void> {
    await this.#pending.get(JSON.stringify([userId, about]));
  }
}
