import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Services } from "../platform/services.ts";
import { allUsers } from "../platform/users.ts";
import { eraseForgotten } from "./store.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Erases, for every user, what was forgotten longer ago than the retention: from then on no `restore` brings it back.
 * Several servers may do it at once: each row goes once.
 *
 * @returns how many memories were erased
 */
export async function eraseForgottenMemories(services: Services, signal: AbortSignal): Promise<number> {
  // The database's clock, the one that `forgottenAt` was taken from.
  const [clock] = await services.db.execute<{ now: string }>(sql`select now() as now`);
  const before = new Date(new Date(clock?.now ?? 0).getTime() - services.settings.forgetRetentionDays * DAY_MS);
  let erased = 0;
  for await (const actor of allUsers(services.db)) {
    if (signal.aborted) break;
    erased += await services.db.transaction((tx) => eraseForgotten(actor, tx, before));
  }
  return erased;
}

/** Erases once an hour, from the start on, until the signal. */
export async function startErasure(services: Services, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const erased = await eraseForgottenMemories(services, signal);
      if (erased > 0) services.logger.info({ erased }, "forgotten memories were erased for good");
    } catch (error) {
      services.logger.warn({ error: String(error) }, "erasing forgotten memories failed; tried again in an hour");
    }
    await delay(HOUR_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}
