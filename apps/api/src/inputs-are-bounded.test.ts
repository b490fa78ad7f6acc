import { describe, expect, test } from "vitest";
import { z } from "zod";
import { listTwins } from "./rest/twins.ts";

// Every string, list and number that a caller may send has an end, in every procedure that there is or will be.

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Any JSON within limits of its own: `contract/json.ts` counts depth, keys and bytes, which JSON Schema cannot say. */
const FREE_FIELDS = /\.(metadata|value)$/;
/** Repeats without an end: `*`, `+` and `{3,}`, outside of a set of characters. */
const ENDLESS = /[*+]|\{\d+,\}/;

const withoutSets = (pattern: string) => pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");

/** Sentences about what has no bound. */
function unbounded(schema: JsonSchema, path: string): string[] {
  const { anyOf = [], oneOf = [], allOf = [], properties = {}, items } = schema as z.core.JSONSchema.JSONSchema;
  const inner = [
    ...[...anyOf, ...oneOf, ...allOf].flatMap((option) => unbounded(option as JsonSchema, path)),
    ...Object.entries(properties).flatMap(([name, field]) => unbounded(field as JsonSchema, `${path}.${name}`)),
    ...(items ? unbounded(items as JsonSchema, `${path}[]`) : []),
  ];
  return [...inner, ...unboundedItself(schema, path)];
}

function unboundedItself(schema: JsonSchema, path: string): string[] {
  const isChoice = ["anyOf", "oneOf", "allOf", "enum", "const"].some((word) => word in schema);
  switch (schema.type) {
    case "string":
      return isChoice || hasStringEnd(schema) ? [] : [`${path}: a string without an end`];
    case "array":
      return schema.maxItems === undefined ? [`${path}: a list without an end`] : [];
    case "number":
    case "integer":
      return hasEnds(schema) ? [] : [`${path}: a number without ends`];
    case "object":
      return schema.additionalProperties === false || FREE_FIELDS.test(path) ? [] : [`${path}: takes any key`];
    case undefined:
      return isChoice || FREE_FIELDS.test(path) ? [] : [`${path}: anything at all`];
    default:
      return [];
  }
}

function hasStringEnd({ maxLength, pattern }: JsonSchema): boolean {
  if (maxLength !== undefined) return true;
  return pattern !== undefined && !ENDLESS.test(withoutSets(pattern));
}

function hasEnds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): boolean {
  return (minimum ?? exclusiveMinimum) !== undefined && (maximum ?? exclusiveMaximum) !== undefined;
}

const isDate = (schema: z.core.$ZodTypes) => schema._zod.def.type === "date";

const toJsonSchema = (input: z.ZodType) =>
  z.toJSONSchema(input, {
    io: "input",
    unrepresentable: "any",
    // A date is a number of milliseconds; the years are checked after.
    override: ({ zodSchema, jsonSchema }) => {
      if (isDate(zodSchema)) Object.assign(jsonSchema, { const: "a date" });
    },
  }) as JsonSchema;

describe("every input has an end", () => {
  test.each(listTwins().map(({ path, input }) => [path, input] as const))("%s", (path, input) => {
    expect(unbounded(toJsonSchema(input), path)).toEqual([]);
  });
});

test("what has none is found", () => {
  const endless = z.strictObject({
    text: z.string(),
    list: z.array(z.boolean()),
    count: z.number().min(0),
    loose: z.looseObject({}),
    anything: z.unknown(),
    pattern: z.string().regex(/^[ab]+$/),
  });
  expect(unbounded(toJsonSchema(endless), "x")).toHaveLength(6);
});
