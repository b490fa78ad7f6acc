import { SERVER_USER_ID } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { allUsers } from "../platform/users.ts";
import { pruneAudit } from "./erasure-store.ts";

/** Rows of one transaction: on the embedded home everything else waits behind it. */
const PAGE_ROWS = 1_000;

/**
 * Takes out of every user's audit trail, and the server's, what is older than the retention. Several servers may do it
 * at once: each entry goes once.
 *
 * @returns how many entries are gone
 */
export async function pruneAuditTrails(
  { db, settings }: Pick<Services, "db" | "settings">,
  signal: AbortSignal,
): Promise<number> {
  const prune = async (userId: string): Promise<number> => {
    let pruned = 0;
    let page = 0;
    do {
      page = await db.transaction((tx) => pruneAudit({ userId }, tx, settings.auditRetentionDays, PAGE_ROWS));
      pruned += page;
    } while (page > 0 && !signal.aborted);
    return pruned;
  };
  let pruned = await prune(SERVER_USER_ID);
  for await (const { userId } of allUsers(db)) {
    if (signal.aborted) break;
    pruned += await prune(userId);
  }
  return pruned;
}
