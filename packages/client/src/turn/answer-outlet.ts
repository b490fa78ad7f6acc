/** Where the pieces of an answer go, and how much of them the caller has been given. */
export interface AnswerOutlet {
  put(piece: string): void;
  /** What the caller was given so far: what an answer that ends early is kept with. */
  given(): string;
  /** Fires when the caller wants no more of it. */
  readonly left: AbortSignal;
}

/** For a caller who is given the answer as a whole, or nothing. */
export const wholeOutlet = (): AnswerOutlet => ({
  put: () => {},
  given: () => "",
  left: new AbortController().signal,
});

/** For a caller who reads the pieces as they come, once. They wait for their reader, who may be slower than the model. */
export class PieceOutlet implements AnswerOutlet, AsyncIterable<string> {
  readonly #waiting: string[] = [];
  readonly #leaving = new AbortController();
  #given = "";
  #end: Promise<void> | null = null;
  #wake: () => void = () => {};

  readonly left: AbortSignal = this.#leaving.signal;

  put(piece: string): void {
    this.#waiting.push(piece);
    this.#wake();
  }

  given(): string {
    return this.#given;
  }

  /** Ends the answer with its maker: after a failure the pieces that wait are not given any more. */
  endWith(maker: Promise<unknown>): void {
    const end = (): void => {
      this.#end = maker.then(() => {});
      this.#wake();
    };
    maker.then(end, () => {
      this.#waiting.length = 0;
      end();
      this.#end?.catch(() => {});
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    try {
      while (this.#end === null || this.#waiting.length > 0) {
        const piece = this.#waiting.shift();
        if (piece === undefined) await this.#nextCall();
        else yield this.#give(piece);
      }
      await this.#end;
    } finally {
      if (this.#end === null) this.#leaving.abort();
    }
  }

  #give(piece: string): string {
    this.#given += piece;
    return piece;
  }

  #nextCall(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
