import { z } from "zod";
import { filledText, IdempotencyKey, pageFields, Share, text } from "./fields.ts";
import { FORBIDDEN_KEYS, type Json, jsonValue } from "./json.ts";
import * as limits from "./limits.ts";

const CHARS_MAX = limits.PREFERENCE_KEY_CHARS_MAX;
/** Words of visible characters with plain spaces between them. */
const VISIBLE_WORDS = /^[^\s\p{Cc}\p{Cs}]+(?: +[^\s\p{Cc}\p{Cs}]+)*$/u;

/**
 * Names a preference, such as `user.wake_time` or `entity_alias.łazienka`: any characters but control characters and
 * white space other than plain spaces inside. Composed Unicode (NFC) is its one form, so that two keys which look the
 * same are the same. Keys are meant to be the keys of objects too, so those that superjson refuses are none.
 */
export const PreferenceKey = z
  .string()
  .max(CHARS_MAX, `must have at most ${CHARS_MAX} characters`)
  .regex(VISIBLE_WORDS, "must be a key of visible characters, with spaces only between words")
  .refine((key) => !FORBIDDEN_KEYS.has(key), "must be another key: this one cannot be a key of an object")
  .transform((key) => key.normalize("NFC"))
  .pipe(z.string().max(CHARS_MAX, `must have at most ${CHARS_MAX} characters in composed form (NFC)`));

/** Any JSON value, `null`, `false`, `0` and `""` included: at most 16 levels, 1,000 keys and 64 KiB. */
export const PreferenceValue = jsonValue({
  depthMax: limits.PREFERENCE_DEPTH_MAX,
  keysMax: limits.PREFERENCE_KEYS_MAX,
  bytesMax: limits.PREFERENCE_BYTES_MAX,
});

const Category = filledText(limits.PREFERENCE_CATEGORY_CHARS_MAX);

/** Where a value came from: `explicit` when somebody said so, `learned` when the gateway concluded it. */
export const PreferenceOrigin = z.enum(["explicit", "learned"]);
export type PreferenceOrigin = z.infer<typeof PreferenceOrigin>;

/** A setting or a learned habit. */
export const Preference = z.object({
  key: z.string(),
  /** Any JSON value. The order of an object's keys is not kept. */
  value: z.custom<Json>(),
  category: z.string().nullable(),
  origin: PreferenceOrigin,
  /** 0 to 1: how sure it is. */
  confidence: z.number(),
  /** 1 at first, one more with every change; goes on when a deleted key is set again. */
  version: z.int(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Preference = z.infer<typeof Preference>;

/** The version that the caller read, 0 for a key that must not exist yet; another one fails with `VERSION_CONFLICT`. */
const expectedVersion = z.int().min(0).exactOptional();

/**
 * `merge` is JSON Merge Patch (RFC 7396): objects are merged deeply, `null` removes a key, anything else replaces what
 * was there, arrays too.
 */
export const SetPreferenceInput = z.strictObject({
  key: PreferenceKey,
  value: PreferenceValue,
  /** Stays as it is when absent; `null` clears it. */
  category: Category.nullable().exactOptional(),
  mode: z.enum(["replace", "merge"]).default("replace"),
  origin: PreferenceOrigin.default("explicit"),
  /** 1 for an explicit value and 0.5 for a learned one unless named. Kept with the precision of 32 bits. */
  confidence: Share.exactOptional(),
  expectedVersion,
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type SetPreferenceInput = z.infer<typeof SetPreferenceInput>;

/**
 * The preference as it is now. `applied: false`: it stands as it was, since a learned value never takes the place of an
 * explicit one, nor of one that was learned with more confidence.
 */
export const SetPreferenceOutput = Preference.extend({ applied: z.boolean() });
export type SetPreferenceOutput = z.infer<typeof SetPreferenceOutput>;

export const PreferenceKeyInput = z.strictObject({ key: PreferenceKey });
export type PreferenceKeyInput = z.infer<typeof PreferenceKeyInput>;

export const GetManyPreferencesInput = z.strictObject({
  keys: z
    .array(PreferenceKey)
    .max(limits.PREFERENCES_GET_MANY_MAX, `must have at most ${limits.PREFERENCES_GET_MANY_MAX} keys`)
    .transform((keys) => [...new Set(keys)]),
});
export type GetManyPreferencesInput = z.infer<typeof GetManyPreferencesInput>;

/** Each key once, in the order asked; `missing` are those that there are not. */
export const GetManyPreferencesOutput = z.object({ items: z.array(Preference), missing: z.array(z.string()) });
export type GetManyPreferencesOutput = z.infer<typeof GetManyPreferencesOutput>;

export const ListPreferencesInput = z.strictObject({
  limit: pageFields.limit,
  cursor: text(CHARS_MAX).exactOptional(),
  category: Category.exactOptional(),
  /** Only keys that begin with this text, letter by letter: no character of it is a wildcard. */
  keyPrefix: text(CHARS_MAX)
    .transform((prefix) => prefix.normalize("NFC"))
    .exactOptional(),
  origin: PreferenceOrigin.exactOptional(),
});
export type ListPreferencesInput = z.infer<typeof ListPreferencesInput>;

/** In the order of their keys; `nextCursor` is null on the last page. */
export const PreferencePage = z.object({ items: z.array(Preference), nextCursor: z.string().nullable() });
export type PreferencePage = z.infer<typeof PreferencePage>;

export const DeletePreferenceInput = z.strictObject({
  key: PreferenceKey,
  expectedVersion,
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type DeletePreferenceInput = z.infer<typeof DeletePreferenceInput>;

/** `erasedAfter`: until then `preferences.history` still tells what it was. */
export const DeletedPreference = z.object({ key: z.string(), deletedAt: z.date(), erasedAfter: z.date() });
export type DeletedPreference = z.infer<typeof DeletedPreference>;

export const PreferenceHistoryInput = z.strictObject({ key: PreferenceKey, ...pageFields });
export type PreferenceHistoryInput = z.infer<typeof PreferenceHistoryInput>;

/** What a preference was in one version. */
export const PreferenceVersion = z.object({
  version: z.int(),
  value: z.custom<Json>(),
  category: z.string().nullable(),
  origin: PreferenceOrigin,
  confidence: z.number(),
  /** When this version was written. */
  recordedAt: z.date(),
  /** When the next version took its place, or the preference was deleted; null for the current one. */
  replacedAt: z.date().nullable(),
});
export type PreferenceVersion = z.infer<typeof PreferenceVersion>;

/** Newest first, the current version included. */
export const PreferenceHistory = z.object({ items: z.array(PreferenceVersion), nextCursor: z.string().nullable() });
export type PreferenceHistory = z.infer<typeof PreferenceHistory>;
