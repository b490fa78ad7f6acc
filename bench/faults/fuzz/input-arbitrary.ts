import fc from "fast-check";
import { z } from "zod";
import { hostileJson, hostileNumber, hostileText } from "./hostile-values.ts";

type Schema = z.core.JSONSchema.BaseSchema;

/** Stands in an input where something has to be named that only the server knows; see `named-things.ts`. */
const idToken = fc.oneof(
  { weight: 8, arbitrary: fc.nat(400).map((at) => `@id:${at}`) },
  { weight: 1, arbitrary: fc.nat(40).map((at) => `@foreign:${at}`) },
  { weight: 1, arbitrary: fc.uuid() },
);

const WORDS = ["lamp", "kitchen", "światło", "key", "Ann", "no", "21", "22", "degrees", "東京", "when", "the", "user"];
const plainText = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));

/** Mostly what is right, sometimes what may not be. */
const mostly = <T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T>, times = 19): fc.Arbitrary<T> =>
  fc.oneof({ weight: times, arbitrary: right }, { weight: 1, arbitrary: other });

const text = fc.oneof({ weight: 3, arbitrary: plainText }, { weight: 2, arbitrary: hostileText });
const time = mostly(
  fc.oneof(
    fc
      .date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
      .map((at) => at.toISOString()),
    fc.constantFrom("2026-01-01", "2026-06-01T12:00:00+02:00", "1000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"),
  ),
  fc.constantFrom("+275760-09-13T00:00:00Z", "0000-01-01", "10000-01-01", "2026-02-30", "2026-01-01T25:00:00Z", "now"),
);

const few = (name: string, count: number) => fc.nat(count - 1).map((at) => `${name}${at}`);

/** What makes calls meet: the same few names for the same few things, whatever type the schema gives them. */
const BY_NAME: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  sessionId: mostly(few("session ", 6), text, 3),
  interactionId: fc.oneof(
    few("interaction ", 30),
    fc.nat(400).map((at) => `@interaction:${at}`),
    hostileText,
  ),
  key: fc.oneof(few("key.", 12), fc.constantFrom("user.name", "a%b", "a_b", "entity_alias.łazienka"), hostileText),
  keyPrefix: fc.oneof(fc.constantFrom("key.", "%", "_", "\\", "a%", "user."), hostileText),
  cursor: mostly(
    fc.nat(60).map((at) => `@cursor:${at}`),
    hostileText,
    9,
  ),
  idempotencyKey: mostly(fc.oneof(few("once-", 400), fc.uuid()), hostileText),
  tags: mostly(fc.array(few("tag ", 5), { maxLength: 5 }), fc.array(hostileText, { maxLength: 5 }), 3),
  language: mostly(fc.constantFrom("en", "pl", "PL", "pt-BR", "ja"), fc.constantFrom("x", "polski!", "", "zz-")),
  timeZone: mostly(fc.constantFrom("Europe/Warsaw", "UTC"), fc.constantFrom("Nowhere/Else", "+25:00", "UTC'; --")),
  intent: fc.oneof(fc.constantFrom("question", "turn_on", "weather"), hostileText),
  // Nobody is to wait for a minute.
  joinMs: mostly(fc.constantFrom(0, 1, 20), fc.constantFrom(-1, 300_001)),
  budgetMs: mostly(fc.constantFrom(10, 1_000, 60_000), fc.constantFrom(9, 60_001)),
  limit: mostly(
    fc.integer({ min: 1, max: 100 }) as fc.Arbitrary<unknown>,
    fc.constantFrom<unknown>(0, -1, 200, 201, 1_000, 1_001, 1.5, "7", null),
    4,
  ),
  metadata: mostly(fc.dictionary(few("k", 9), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<unknown>, hostileJson, 5),
  value: hostileJson,
};

/**
 * Inputs of a procedure, most of them right, with hostile texts, numbers and structures at the leaves. What only the
 * server can name stands as a token.
 */
export function inputOf(input: z.ZodType): fc.Arbitrary<unknown> {
  return fieldOf(z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as Schema, "");
}

function fieldOf(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const known = BY_NAME[name];
  const options = schema.anyOf ?? schema.oneOf;
  if (schema.type === "object" && schema.properties) return objectOf(schema);
  if (known) return known;
  if (options?.some(({ format }) => format === "date-time")) return time;
  if (options) return fc.oneof(...options.map((option) => fieldOf(option as Schema, `${name}?`)));
  if (schema.enum)
    return mostly(fc.constantFrom<unknown>(...(schema.enum as unknown[])), fc.constant("nothing of it"), 15);
  switch (schema.type) {
    case "string":
      return stringOf(schema);
    case "number":
    case "integer":
      return numberOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return listOf(schema, name);
    default:
      return hostileJson;
  }
}

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, field]) => [name, fieldOf(field as Schema, name)] as const);
  const requiredKeys = Object.keys(properties).filter((name) => required.includes(name));
  return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

function stringOf({ format, pattern, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  if (format === "uuid") return idToken;
  if (pattern === "^[0-9a-f]{64}$")
    return fc.oneof(
      fc.nat(60).map((at) => `@key:${at}`),
      fc.constant("0".repeat(64)),
    );
  const atTheEnd = fc.constantFrom("a".repeat(maxLength), "ż".repeat(maxLength), "a".repeat(maxLength + 1));
  return fc.oneof({ weight: 30, arbitrary: text }, { weight: 1, arbitrary: atTheEnd });
}

function numberOf({ minimum = 0, maximum = 100, type }: Schema): fc.Arbitrary<unknown> {
  const inside =
    type === "integer"
      ? fc.integer({ min: Math.max(minimum, -1_000), max: Math.min(maximum, 1_000) })
      : fc.nat(100).map((percent) => minimum + ((maximum - minimum) * percent) / 100);
  const ends = fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, (minimum + maximum) / 2);
  return fc.oneof(
    { weight: 20, arbitrary: inside },
    { weight: 2, arbitrary: ends },
    { weight: 1, arbitrary: hostileNumber },
  );
}

function listOf({ items, maxItems = 10 }: Schema, name: string): fc.Arbitrary<unknown> {
  const item = fieldOf((items ?? {}) as Schema, name === "keys" ? "key" : `${name}[]`);
  const many = item.map((one) => Array.from({ length: maxItems + 1 }, () => one));
  return fc.oneof({ weight: 30, arbitrary: fc.array(item, { maxLength: 6 }) }, { weight: 1, arbitrary: many });
}
