import { type GetManyPreferencesOutput, PAGE_BYTES_MAX, type Preference } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { withinBytes } from "../platform/within-bytes.ts";
import { findPreferences } from "./store.ts";

/** The same answer for a key that never was, one that was deleted and one of another user. */
export const preferenceNotFound = () =>
  new DomainError(
    "PREFERENCE_NOT_FOUND",
    "There is no preference with this key; preferences.list shows those there are.",
  );

/**
 * A preference by its key.
 *
 * @throws DomainError `PREFERENCE_NOT_FOUND`
 */
export async function getPreference(actor: Actor, db: Queryable, key: string): Promise<Preference> {
  const [preference] = await findPreferences(actor, db, [key]);
  if (!preference) throw preferenceNotFound();
  return preference;
}

/**
 * Several preferences in the order of their keys. What there is not is named, and no error.
 *
 * @throws DomainError `TOO_LARGE` when they do not fit into one answer
 */
export async function getManyPreferences(
  actor: Actor,
  db: Queryable,
  keys: readonly string[],
): Promise<GetManyPreferencesOutput> {
  const found = new Map((await findPreferences(actor, db, keys)).map((preference) => [preference.key, preference]));
  const items = keys.flatMap((key) => found.get(key) ?? []);
  const fitting = withinBytes(items).length;
  if (fitting < items.length) throw tooLarge(fitting);
  return { items, missing: keys.filter((key) => !found.has(key)) };
}

function tooLarge(fitting: number): DomainError {
  const message = `Together these preferences are over ${PAGE_BYTES_MAX} bytes: the first ${fitting} fit into one answer, ask for the others in a call of their own.`;
  return new DomainError("TOO_LARGE", message);
}
