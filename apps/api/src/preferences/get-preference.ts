import type { GetManyPreferencesOutput, Preference } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
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

/** Several preferences in the order of their keys. What there is not is named, and no error. */
export async function getManyPreferences(
  actor: Actor,
  db: Queryable,
  keys: readonly string[],
): Promise<GetManyPreferencesOutput> {
  const found = new Map((await findPreferences(actor, db, keys)).map((preference) => [preference.key, preference]));
  const items = keys.flatMap((key) => found.get(key) ?? []);
  return { items, missing: keys.filter((key) => !found.has(key)) };
}
