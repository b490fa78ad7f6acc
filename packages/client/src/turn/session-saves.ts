/**
 * Which words are on their way to Keepsake. The next turn of a session waits for them, so that its context holds them
 * and the history keeps its order.
 */
export class SessionSaves {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /**
   * Notes a save that has begun.
   *
   * @param save must not reject
   * @returns the save
   */
  note<T>(sessionId: string, save: Promise<T>): Promise<T> {
    const all = Promise.all([this.#underWay.get(sessionId), save]).then(() => {
      if (this.#underWay.get(sessionId) === all) this.#underWay.delete(sessionId);
    });
    this.#underWay.set(sessionId, all);
    return save;
  }

  /** Resolves once nothing of the session is on its way. */
  async settled(sessionId: string): Promise<void> {
    await this.#underWay.get(sessionId);
  }

  /** Resolves once nothing is on its way. */
  async allSettled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }
}
