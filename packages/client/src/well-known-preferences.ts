import type { StandardSchemaV1 } from "@standard-schema/spec";

/** The schemas of {@link wellKnownPreferences}. */
export type WellKnownPreferences = {
  /** What a person calls a device: `entity_alias.my_office`. {@link resolveAlias} looks through these. */
  readonly "entity_alias.*": StandardSchemaV1<{ entity_id: string }>;
  /** A language tag such as `pl` or `en-GB`. */
  readonly "user.preferred_language": StandardSchemaV1<{ language: string }>;
  /** The time of day, from `00:00` to `23:59`. */
  readonly "user.wake_time": StandardSchemaV1<{ time: string }>;
};

/** The keys that every Keepsake knows, to be spread into a project's own. Further fields of a value are kept. */
export const wellKnownPreferences: WellKnownPreferences = {
  "entity_alias.*": withText("entity_id", /\S/, "must name an entity, such as light.office_main"),
  "user.preferred_language": withText(
    "language",
    /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
    'must be a language tag such as "pl"',
  ),
  "user.wake_time": withText("time", /^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "07:00"'),
};

function withText<Field extends string>(
  field: Field,
  pattern: RegExp,
  rule: string,
): StandardSchemaV1<Record<Field, string>> {
  const hasField = (value: unknown): value is Record<Field, string> => {
    const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
    return typeof text === "string" && pattern.test(text);
  };
  const validate = (value: unknown): StandardSchemaV1.Result<Record<Field, string>> =>
    hasField(value) ? { value } : { issues: [{ path: [field], message: rule }] };
  return { "~standard": { version: 1, vendor: "keepsake", validate } };
}
