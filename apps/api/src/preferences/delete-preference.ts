import type { DeletedPreference, DeletePreferenceInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictDependents } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { assertVersion } from "./assert-version.ts";
import { preferenceNotFound } from "./get-preference.ts";
import { keepVersion } from "./history-store.ts";
import { lockPreference, removePreference } from "./store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes a preference. Its history stays until the retention has run out: setting a value from there brings it back.
 *
 * @throws DomainError `PREFERENCE_NOT_FOUND`, `VERSION_CONFLICT`
 */
export async function deletePreference(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay" | "settings">,
  { idempotencyKey, ...input }: DeletePreferenceInput,
): Promise<DeletedPreference> {
  const call = { key: idempotencyKey, procedure: "preferences.delete", input };
  return writeOnce(actor, services, call, async (tx) => {
    const deletedAt = await takeAway(actor, tx, input);
    const erasedAfter = new Date(deletedAt.getTime() + services.settings.forgetRetentionDays * DAY_MS);
    return { key: input.key, deletedAt, erasedAfter };
  });
}

async function takeAway(actor: Actor, tx: Transaction, input: DeletePreferenceInput): Promise<Date> {
  const { key, expectedVersion } = input;
  const stored = await lockPreference(actor, tx, key);
  if (!stored) throw preferenceNotFound();
  assertVersion(stored, expectedVersion);
  const deletedAt = await removePreference(actor, tx, key);
  await keepVersion(actor, tx, stored, deletedAt);
  await evictDependents(actor, tx, { preferences: [key] });
  return deletedAt;
}
