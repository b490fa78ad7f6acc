import type { Actor } from "./actor.ts";

/** Writes that nobody waits for at first, by what they are about, so that whoever needs one can wait for its end. */
export class PendingWrites {
  readonly #pending = new Map<string, Promise<void>>();

  /** Takes note of a write until it ends. It must not reject. */
  add({ userId }: Actor, about: string, write: Promise<void>): void {
    const key = JSON.stringify([userId, about]);
    this.#pending.set(key, write);
    void write.finally(() => {
      if (this.#pending.get(key) === write) this.#pending.delete(key);
    });
  }

  /** Resolves when no write about this is under way. */
  async ended({ userId }: Actor, about: string): Promise<void> {
    await this.#pending.get(JSON.stringify([userId, about]));
  }
}
