import { z } from "zod";
import type { CreateDocumentOptions } from "zod-openapi";
import { bareSchema, fieldsOf } from "../../apps/api/src/rest/schema-fields.ts";
import * as contract from "../../packages/contract/src/index.ts";
import { type Doc, DocComments } from "./doc-comments.ts";

type Schema = z.core.$ZodType;
type Override = NonNullable<CreateDocumentOptions["override"]>;

/** What the contract's comments say, by the schemas themselves. */
const docs = new Map<Schema, Doc>();

/**
 * Makes a component of every object that the contract exports, under the contract's own name, and remembers what its
 * comments say. Changes nothing but zod's registry of this process.
 */
export function registerContract(): void {
  const comments = new DocComments("packages/contract/src/*.ts");
  for (const [name, schema] of Object.entries(contract)) {
    if (!(schema instanceof z.ZodType)) continue;
    const doc = comments.of(name);
    remember(schema, doc);
    if (isObject(schema)) z.globalRegistry.add(schema, { id: name, ...(doc.text && { description: doc.text }) });
  }
}

/** What the contract says about a schema of its own. */
export function schemaDoc(schema: Schema): string | null {
  return docs.get(bareSchema(schema))?.text ?? null;
}

/** What the contract says about a field of an object. */
export function fieldDoc(schema: Schema, name: string): string | null {
  return docs.get(bareSchema(schema))?.fields.get(name)?.text ?? null;
}

/** An object, or one of several: not something that contains one. */
const isObject = (schema: Schema) => bareSchema(schema) === schema && fieldsOf(schema).size > 0;

function remember(schema: Schema, doc: Doc): void {
  const bare = bareSchema(schema);
  const { def } = bare._zod;
  if (def.type === "array") remember(def.element, doc);
  if (def.type === "union") for (const option of def.options) remember(option, doc);
  if (def.type !== "object" || docs.has(bare)) return;
  docs.set(bare, doc);
  for (const [name, field] of Object.entries(def.shape)) {
    const inner = doc.fields.get(name);
    if (inner) remember(field, inner);
  }
}

/** JSON Schema as a person would write it: fields described, times as text, and no patterns that a format says better. */
export const override: Override = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
  if ((zodSchema as Schema) === contract.Metadata) jsonSchema.type = "object";
  if (def.type === "union") joinTimes(def.options, jsonSchema);
  if (def.type === "object") describeFields(zodSchema, jsonSchema);
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

type JsonSchema = Parameters<Override>[0]["jsonSchema"];

/** The ways to give a time over tRPC are one in JSON: text. */
function joinTimes(options: readonly Schema[], jsonSchema: JsonSchema): void {
  if (!options.some((option) => bareSchema(option)._zod.def.type === "date")) return;
  delete jsonSchema.anyOf;
  Object.assign(jsonSchema, { type: "string", format: "date-time" });
}

function describeFields(schema: Schema, jsonSchema: JsonSchema): void {
  for (const [name, field] of Object.entries(jsonSchema.properties ?? {})) {
    const text = fieldDoc(schema, name);
    if (text && typeof field === "object") field.description = text;
  }
}
