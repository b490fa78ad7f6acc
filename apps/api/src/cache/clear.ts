import type { ClearCacheInput, RemovedAnswers } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import { runOnce } from "../platform/idempotency.ts";
import type { Services } from "../platform/services.ts";
import { anyEntry, isExpired } from "./entry-filters.ts";
import { lockCache, removeEntries } from "./store.ts";

/** Removes what expired, or everything. */
export async function clearCache(
  actor: Actor,
  { db }: Services,
  { all, idempotencyKey: key }: ClearCacheInput,
): Promise<RemovedAnswers> {
  return db.transaction((tx) =>
    runOnce(actor, tx, { key, procedure: "cache.clear", input: all }, async () => {
      await lockCache(actor, tx);
      return { removed: await removeEntries(actor, tx, all ? anyEntry : isExpired) };
    }),
  );
}
