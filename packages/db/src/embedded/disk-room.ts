import { statfsSync } from "node:fs";

/**
 * With less than this, nothing is written any more: PostgreSQL ends when its log finds no room, and does not open again
 * before there is some. The log's next segments (16 MB each) and what is under way fit in it.
 */
const LOW_BYTES = 64 * 1024 * 1024;
/** Above the other, so that a disk at the border does not go to and fro. */
const ENOUGH_BYTES = 80 * 1024 * 1024;
const LOOK_MS = 250;

/** Whether the disk has room for writing. */
export class DiskRoom {
  readonly #folder: string;
  #isLow = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param folder on the disk in question */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Looks at the disk, four times a second at most. */
  get isLow(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_MS) return this.#isLow;
    this.#lookedAtMs = nowMs;
    const { bavail, bsize } = statfsSync(this.#folder);
    this.#isLow = bavail * bsize < (this.#isLow ? ENOUGH_BYTES : LOW_BYTES);
    return this.#isLow;
  }
}
