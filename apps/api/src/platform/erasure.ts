import type { Transaction } from "@keepsake/db";
import { sql } from "drizzle-orm";
import type { Actor } from "./actor.ts";
import type { Services } from "./services.ts";
import { allUsers } from "./users.ts";

const DAY_MS = 86_400_000;

/** Erases of one user what was given up before a time. @returns how many things are gone */
export type Erase = (actor: Actor, tx: Transaction, before: Date) => Promise<number>;

/**
 * Erases, for every user, what was given up longer ago than the retention: from then on nothing brings it back.
 * Several servers may do it at once: each row goes once.
 *
 * @param erasures what each slice has to erase; all of a user's in one transaction
 * @returns how many things were erased
 */
export async function eraseForGood(
  { db, settings }: Pick<Services, "db" | "settings">,
  erasures: readonly Erase[],
  signal: AbortSignal,
): Promise<number> {
  // The database's clock, the one that the times of giving up were taken from.
  const [clock] = await db.execute<{ now: string }>(sql`select now() as now`);
  const before = new Date(new Date(clock?.now ?? 0).getTime() - settings.forgetRetentionDays * DAY_MS);
  let erased = 0;
  for await (const actor of allUsers(db)) {
    if (signal.aborted) break;
    erased += await db.transaction((tx) => eraseOf(actor, tx, erasures, before));
  }
  return erased;
}

async function eraseOf(actor: Actor, tx: Transaction, erasures: readonly Erase[], before: Date): Promise<number> {
  let erased = 0;
  for (const erase of erasures) erased += await erase(actor, tx, before);
  return erased;
}
