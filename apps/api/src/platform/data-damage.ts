import { describeCause } from "./describe-cause.ts";
import type { Logger } from "./logger.ts";

/** What a caller and whoever runs the server are told of damaged data. */
export const DATA_DAMAGED =
  "The database's data is damaged, by its disk or by another program: not all of it can be read. Whoever runs this server stops it and restores the newest good backup: docs/backups.md.";

/** SQLSTATEs data_corrupted and index_corrupted: a page does not have its checksum, or says what cannot be. */
const DAMAGED = new Set(["XX001", "XX002"]);

/** Whether PostgreSQL said somewhere in the chain of causes that what it has stored is damaged. */
export function isDamage(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && DAMAGED.has(at.code)) return true;
  }
  return false;
}

/**
 * Remembers that the database was found damaged, until the process ends: nothing looks at all pages, so that a later call
 * which goes well says nothing about the one that did not.
 */
export class DataDamage {
  #problem: string | null = null;

  /** What is wrong and what to do; null while no call has met damage. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Takes note of damage, and tells the log of it once. @returns whether it was news */
  note(logger: Logger, error: unknown): boolean {
    if (this.#problem !== null) return false;
    this.#problem = DATA_DAMAGED;
    logger.error({ cause: describeCause(error) }, DATA_DAMAGED);
    return true;
  }
}
