import type { ClearCacheInput, RemovedAnswers } from "@keepsake/contract";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { anyEntry, isExpired } from "./entry-filters.ts";
import { lockCache, removeEntries } from "./store.ts";

/** Removes what expired, or everything. */
export async function clearCache(
  actor: Actor,
  services: Services,
  { all, idempotencyKey: key }: ClearCacheInput,
): Promise<RemovedAnswers> {
  return writeOnce(actor, services, { key, procedure: "cache.clear", input: all }, async (tx) => {
    await lockCache(actor, tx);
    return { removed: await removeEntries(actor, tx, all ? anyEntry : isExpired) };
  });
}
