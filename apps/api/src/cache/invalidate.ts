import type { InvalidateAnswersInput, RemovedAnswers } from "@keepsake/contract";
import type { SQL } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { madeFrom, withIds, withKey, withTag } from "./entry-filters.ts";
import { questionKey } from "./question-key.ts";
import { lockCache, removeEntries } from "./store.ts";

type Target = Omit<InvalidateAnswersInput, "idempotencyKey">;

/** Removes the answers that a caller names in one way. One that is not there is no error. */
export async function invalidateAnswers(
  actor: Actor,
  services: Services,
  { idempotencyKey: key, ...target }: InvalidateAnswersInput,
): Promise<RemovedAnswers> {
  return writeOnce(actor, services, { key, procedure: "cache.invalidate", input: target }, async (tx) => {
    await lockCache(actor, tx);
    return { removed: await removeEntries(actor, tx, toCondition(actor, target)) };
  });
}

/** The contract lets exactly one of them through. */
function toCondition(actor: Actor, { id, key, text, tag, memory, preference, ...question }: Target): SQL {
  if (key !== undefined) return withKey(key);
  if (text !== undefined) return withKey(questionKey(actor, { ...question, text }));
  if (tag !== undefined) return withTag(tag);
  if (memory !== undefined) return madeFrom(actor, { memories: [memory] });
  if (preference !== undefined) return madeFrom(actor, { preferences: [preference] });
  return withIds(id === undefined ? [] : [id]);
}
