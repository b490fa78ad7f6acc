import type { Database, Transaction } from "@keepsake/db";
import { sql } from "drizzle-orm";
import type { Actor } from "./actor.ts";
import type { Services } from "./services.ts";
import { allUsers } from "./users.ts";

const DAY_MS = 86_400_000;

/** Things of one transaction: few enough that others wait for none for long. */
export const ERASED_AT_ONCE_MAX = 500;

/** Erases of one user what was given up before a time, all of it or some of it. @returns how many things are gone */
export type Erase = (actor: Actor, tx: Transaction, before: Date) => Promise<number>;

/**
 * Erases, for every user, what was given up longer ago than the retention: from then on nothing brings it back.
 * Several servers may do it at once: each row goes once.
 *
 * @param erasures what each slice has to erase; called again as long as it erases {@link ERASED_AT_ONCE_MAX} or more
 * @returns how many things were erased
 */
export async function eraseForGood(
  { db, settings, failures }: Pick<Services, "db" | "settings" | "failures">,
  erasures: readonly Erase[],
  signal: AbortSignal,
): Promise<number> {
  // The database's clock, the one that the times of giving up were taken from.
  const [clock] = await db.execute<{ now: string }>(sql`select now() as now`);
  const before = new Date(new Date(clock?.now ?? 0).getTime() - settings.forgetRetentionDays * DAY_MS);
  let erased = 0;
  for await (const actor of allUsers(db)) {
    if (signal.aborted) break;
    for (const erase of erasures) {
      try {
        erased += await eraseAll(db, (tx) => erase(actor, tx, before), signal);
      } catch (error) {
        if (signal.aborted) throw error;
        // The next hour tries again. Other users' things do not wait for it.
        failures.tellOfWork(error, "erasing for good what one user gave up failed; it is tried again");
      }
    }
  }
  return erased;
}

/** In transactions of their own, until a round erases less than there may be. */
async function eraseAll(db: Database, round: (tx: Transaction) => Promise<number>, signal: AbortSignal) {
  let erased = 0;
  for (let last = ERASED_AT_ONCE_MAX; last >= ERASED_AT_ONCE_MAX && !signal.aborted; erased += last)
    last = await db.transaction(round);
  return erased;
}
