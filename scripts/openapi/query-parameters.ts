import { z } from "zod";
import { fieldsOf } from "../../apps/api/src/rest/schema-fields.ts";
import { fieldDoc } from "./schema-docs.ts";

type Schema = z.core.$ZodType;

/**
 * An input's fields as a query string has them: those of an inner object stand by themselves, after a dot.
 *
 * @param example an input in JSON; the page fills its form with it
 */
export function queryFields(input: Schema, example: unknown): z.ZodObject {
  return z.object(Object.fromEntries(flatten(input, example)));
}

function flatten(parent: Schema, example: unknown): [string, z.ZodType][] {
  return [...fieldsOf(parent)].flatMap(([name, field]) => {
    const value = (example as Record<string, unknown> | undefined)?.[name];
    const inner = flatten(field, value);
    if (inner.length === 0) return [[name, withParameter(field as z.ZodType, fieldDoc(parent, name), value)]];
    return inner.map(([key, leaf]): [string, z.ZodType] => [
      `${name}.${key}`,
      isOptional(field) ? leaf.optional() : leaf,
    ]);
  });
}

const isOptional = (schema: Schema) => schema._zod.optin === "optional";

function withParameter(schema: z.ZodType, description: string | null, example: unknown): z.ZodType {
  return schema.meta({ param: { ...(description && { description }), ...(example !== undefined && { example }) } });
}
