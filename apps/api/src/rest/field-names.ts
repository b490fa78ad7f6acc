import type { InputIssue } from "@keepsake/contract";
import type { z } from "zod";
import { fieldsOf } from "./schema-fields.ts";

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The fields of an input as it came, by the names of its schema, and what was wrong with the names. */
interface NamedFields<T> {
  readonly fields: Map<string, T>;
  readonly issues: InputIssue[];
}

/**
 * Takes `interaction_id` for `interactionId`: the name's snake form means the same field, on the top level of an input.
 *
 * @param entries names and values in the caller's order, each name once
 */
export function byFieldName<T>(schema: z.core.$ZodType, entries: Iterable<readonly [string, T]>): NamedFields<T> {
  const names = new Map([...fieldsOf(schema).keys()].map((name) => [toSnakeCase(name), name]));
  const fields = new Map<string, T>();
  const issues: InputIssue[] = [];
  for (const [sent, value] of entries) {
    const [head = "", ...rest] = sent.split(".");
    const name = [names.get(head) ?? head, ...rest].join(".");
    if (fields.has(name))
      issues.push({ path: name, message: `is given twice, as ${name} and as ${toSnakeCase(name)}` });
    fields.set(name, value);
  }
  return { fields, issues };
}
