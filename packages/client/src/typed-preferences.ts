import type { KeepsakeClient } from "./create-client.ts";
import { errorReason } from "./error-reason.ts";
import { parseWith } from "./preference-mismatch.ts";
import {
  assertPatterns,
  type PreferenceInput,
  type PreferenceKeyOf,
  type PreferenceOutput,
  type PreferenceSchemas,
  schemaOf,
} from "./preference-schemas.ts";
import type { NewPreference } from "./preference-types.ts";

/** What `preferences.set` takes besides key and value. A merge is for the untyped call: a part may not fit the schema. */
export type SetPreferenceOptions = Omit<NewPreference, "key" | "value" | "mode">;

/** Preferences of known keys, each with the type of its schema. */
export interface TypedPreferences<S extends PreferenceSchemas> {
  /**
   * The value as its schema reads it, or null when the preference is not set.
   *
   * @throws PreferenceMismatchError when something else is stored there: a null would invite to overwrite it
   */
  get<const Key extends PreferenceKeyOf<S>>(key: Key): Promise<PreferenceOutput<S, Key> | null>;
  /**
   * Stores a value as it is given, once its schema accepts it.
   *
   * @returns `applied: false` when a better founded value stands, see `preferences.set`
   * @throws PreferenceMismatchError before anything is sent
   */
  set<const Key extends PreferenceKeyOf<S>>(
    key: Key,
    value: PreferenceInput<S, Key>,
    options?: SetPreferenceOptions,
  ): Promise<{ applied: boolean; version: number }>;
  /** @returns false when there was nothing to delete */
  delete(key: PreferenceKeyOf<S>): Promise<boolean>;
}

/**
 * The preferences of a client's user, typed by schemas: the well-known ones, a project's own, or both.
 *
 * @param schemas by key, or by the beginning of keys and a `*`
 * @throws TypeError when two patterns overlap
 * @example
 * const preferences = typedPreferences(client, { ...wellKnownPreferences, "user.coffee": Coffee, "room.*": Room });
 * await preferences.set("user.wake_time", { time: "07:00" });
 * const wake = await preferences.get("user.wake_time"); // { time: string } | null
 */
export function typedPreferences<const S extends PreferenceSchemas>(
  { preferences }: PreferencesClient,
  schemas: S,
): TypedPreferences<S> {
  assertPatterns(schemas);
  return {
    async get(key) {
      const schema = schemaOf(schemas, key);
      const { items } = await preferences.getMany.query({ keys: [key] });
      return items[0] ? parseWith(schema, key, items[0].value, "stored") : null;
    },
    async set(key, value, options = {}) {
      await parseWith(schemaOf(schemas, key), key, value, "given");
      const { applied, version } = await preferences.set.mutate({
        ...options,
        key,
        value: value as NewPreference["value"],
      });
      return { applied, version };
    },
    async delete(key) {
      schemaOf(schemas, key);
      return preferences.delete.mutate({ key }).then(() => true, toAbsent);
    },
  };
}

type PreferencesClient = Pick<KeepsakeClient, "preferences">;

function toAbsent(error: unknown): false {
  if (errorReason(error) === "PREFERENCE_NOT_FOUND") return false;
  throw error;
}
