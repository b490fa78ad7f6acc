/** Holds so many of those who wait, and no more: who finds it full goes on without waiting. */
export class WaitingRoom {
  readonly #seatsMax: number;
  #taken = 0;

  constructor(seatsMax: number) {
    this.#seatsMax = seatsMax;
  }

  /**
   * Waits in the room.
   *
   * @returns what `wait` gives, or `otherwise` at once when the room is full
   */
  async sit<T>(wait: () => Promise<T>, otherwise: T): Promise<T> {
    if (this.#taken >= this.#seatsMax) return otherwise;
    this.#taken += 1;
    try {
      return await wait();
    } finally {
      this.#taken -= 1;
    }
  }
}
