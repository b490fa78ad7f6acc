import type { LateTurn } from "./late-turn.ts";

/** How much may wait. What comes after that is dropped: what was acknowledged is never given up for it. */
export interface ShelfLimits {
  readonly turnsMax: number;
  /** Bytes of the turns as JSON in UTF-8. */
  readonly bytesMax: number;
}

/** Where late turns lie until they are sent, the oldest first. */
export interface Shelf {
  /** @returns whether there was room; once it says so, the turn is as safe as this shelf is */
  add(turn: LateTurn): Promise<boolean>;
  /** The ids of all turns, oldest first. */
  list(): Promise<readonly string[]>;
  /**
   * @returns null when it is gone: another process has sent it
   * @throws DamagedTurnError when it cannot be read; it is not listed again
   */
  find(id: string): Promise<LateTurn | null>;
  remove(id: string): Promise<void>;
  /**
   * Takes a turn out that Keepsake refuses.
   *
   * @returns the file that a person may look at; null when there is none
   */
  setAside(id: string): Promise<string | null>;
}

/** A turn on disk that cannot be read. */
export class DamagedTurnError extends Error {
  override readonly name = "DamagedTurnError";
  /** Where it lies. */
  readonly file: string;

  constructor(file: string, options?: ErrorOptions) {
    super(`${file} holds no turn.`, options);
    this.file = file;
  }
}

/** A turn as it lies on a shelf. */
export const toText = (turn: LateTurn): string => JSON.stringify(turn);
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
