import type { Database } from "@keepsake/db";
import { withDeadline } from "@keepsake/db";
import { readTokensVersion } from "./token-store.ts";

/** Known for so long, the tokens are looked after in the background, while the call goes on. */
const RENEW_AFTER_MS = 400;
/** Known for longer, the call waits: this is how long a revoked token may live on at most, on every server. */
const FRESH_MS = 900;
/** A database that takes longer does not answer. */
const ANSWER_MS = 5_000;

/**
 * Knows whether the tokens in the database are still those that were read. Every change of one raises a number, which is
 * read again when a call comes and the last look is too long ago: an idle server asks nothing, a busy one about twice a
 * second and beside its calls. Works through any pooler and on both homes, which LISTEN would not.
 */
export class TokenFreshness {
  readonly #db: Database;
  readonly #onChange: () => void;
  #version = 0;
  /** When the look began that what is known comes from. */
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** Looks that began before count for nothing. */
  #expiredMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  /** @param onChange called when some token was made or changed since the last look */
  constructor(db: Database, onChange: () => void) {
    this.#db = db;
    this.#onChange = onChange;
  }

  /** As of the last look; 0 while there has never been a token. */
  get version(): number {
    return this.#version;
  }

  /** Resolves when what is known is not older than {@link FRESH_MS}. @throws what the database threw */
  async ensure(): Promise<void> {
    if (this.#ageMs < RENEW_AFTER_MS) return;
    const looking = this.#look();
    if (this.#ageMs < FRESH_MS) return;
    await looking;
    // What came was looked up before a change that this server made meanwhile.
    if (this.#ageMs >= FRESH_MS) await this.#look();
  }

  /** The next call looks first: this server has changed a token itself. */
  expire(): void {
    this.#expiredMs = performance.now();
    this.#lookedMs = Number.NEGATIVE_INFINITY;
    this.#looking = null;
  }

  get #ageMs(): number {
    return performance.now() - this.#lookedMs;
  }

  /** One look at a time; a failed one is told to those who wait for it alone. */
  #look(): Promise<void> {
    if (this.#looking !== null) return this.#looking;
    const looking = this.#read().finally(() => {
      if (this.#looking === looking) this.#looking = null;
    });
    looking.catch(() => {});
    this.#looking = looking;
    return looking;
  }

  async #read(): Promise<void> {
    const startedMs = performance.now();
    const version = await withDeadline(readTokensVersion(this.#db), ANSWER_MS);
    if (startedMs <= Math.max(this.#lookedMs, this.#expiredMs)) return;
    this.#lookedMs = startedMs;
    if (version === this.#version) return;
    this.#version = version;
    this.#onChange();
  }
}
