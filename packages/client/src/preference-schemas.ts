import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * Schemas by key. A key that ends in `*` stands for every key that begins so, such as `room_temperature.*`. Any library
 * that speaks Standard Schema (https://standardschema.dev) makes them.
 */
export type PreferenceSchemas = Readonly<Record<string, StandardSchemaV1>>;

/** The keys that these schemas are for. */
export type PreferenceKeyOf<S extends PreferenceSchemas> = {
  [Pattern in keyof S & string]: Pattern extends `${infer Head}*` ? `${Head}${string}` : Pattern;
}[keyof S & string];

/** The schema of a key: its own, or else that of the pattern that it fits. */
type SchemaOf<S extends PreferenceSchemas, Key extends string> = Key extends keyof S
  ? S[Key]
  : {
      [Pattern in keyof S & string]: Pattern extends `${infer Head}*`
        ? Key extends `${Head}${string}`
          ? S[Pattern]
          : never
        : never;
    }[keyof S & string];

/** What may be stored under a key. */
export type PreferenceInput<S extends PreferenceSchemas, Key extends string> = StandardSchemaV1.InferInput<
  SchemaOf<S, Key>
>;

/** What is read under a key. */
export type PreferenceOutput<S extends PreferenceSchemas, Key extends string> = StandardSchemaV1.InferOutput<
  SchemaOf<S, Key>
>;

const WILDCARD = "*";

/**
 * Refuses patterns for which the types could not say which schema a key has.
 *
 * @throws TypeError for a `*` that is not at the end, and for two patterns that one key could fit
 */
export function assertPatterns(schemas: PreferenceSchemas): void {
  const patterns = Object.keys(schemas).filter(isPattern);
  for (const pattern of patterns) {
    if (pattern.indexOf(WILDCARD) < pattern.length - 1) {
      throw new TypeError(`"${pattern}": a * may stand at the end of a key only.`);
    }
    const other = patterns.find((each) => each !== pattern && each.startsWith(toHead(pattern)));
    if (other !== undefined) throw new TypeError(`One key could fit "${pattern}" and "${other}": make them distinct.`);
  }
}

/** @throws TypeError for a key that no schema is for */
export function schemaOf(schemas: PreferenceSchemas, key: string): StandardSchemaV1 {
  const own = Object.hasOwn(schemas, key) && !isPattern(key) ? key : undefined;
  const pattern = own ?? Object.keys(schemas).find((each) => isPattern(each) && fits(key, toHead(each)));
  const schema = pattern === undefined ? undefined : schemas[pattern];
  if (!schema) throw new TypeError(`There is no schema for the preference "${key}".`);
  return schema;
}

const isPattern = (key: string): boolean => key.includes(WILDCARD);
const toHead = (pattern: string): string => pattern.slice(0, -1);
const fits = (key: string, head: string): boolean => key.startsWith(head) && key.length > head.length;
