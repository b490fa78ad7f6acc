import type { InputIssue } from "@keepsake/contract";
import type { z } from "zod";
import { DomainError } from "../platform/domain-error.ts";
import { toSentence } from "../platform/input-issues.ts";
import { assertSafeKeys } from "../platform/json-guard.ts";
import { assertDecodable } from "../platform/percent-encoding.ts";
import { assertReadable } from "../platform/readable-json.ts";
import { byFieldName } from "./field-names.ts";
import { bareSchema, fieldsOf } from "./schema-fields.ts";

type Schema = z.core.$ZodType;

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** What a text of a query string cannot be read as. */
class UnreadableText extends Error {}

/**
 * Reads a query string as the schema's types ask: numbers, `true` and `false`, repeated keys as lists, dates as ISO 8601
 * text, the fields of an object as `split.seed=7`, and anything else that is not text as JSON. Checks no more than
 * that: limits are the schema's own business.
 *
 * @param search what stands after the question mark, as it was sent
 * @throws DomainError `INVALID_INPUT`, with every key that is unknown, given too often or not readable
 */
export function decodeQuery(schema: Schema, search: string): Record<string, unknown> {
  const { fields, issues } = byFieldName(schema, textsByKey(search));
  const input = {};
  for (const [key, texts] of fields) {
    const issue = putField(input, schema, key, texts);
    if (issue) issues.push(issue);
  }
  if (issues.length > 0) throw new DomainError("INVALID_INPUT", toSentence(issues), { issues });
  return input;
}

function textsByKey(search: string): Map<string, string[]> {
  assertDecodable(search);
  const texts = new Map<string, string[]>();
  for (const [key, text] of new URLSearchParams(search)) texts.set(key, [...(texts.get(key) ?? []), text]);
  return texts;
}

function putField(input: object, schema: Schema, path: string, texts: readonly string[]): InputIssue | null {
  const field = findField(schema, path.split("."));
  if (!field) return { path, message: "is not a field of this call" };
  try {
    putAt(input, path.split("."), readTexts(field, texts));
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    return { path, message: error.message };
  }
}

function findField(schema: Schema, [name = "", ...rest]: string[]): Schema | undefined {
  const field = fieldsOf(schema).get(name);
  return field === undefined || rest.length === 0 ? field : findField(field, rest);
}

/** `path` names fields of the schema only, so that it reaches nothing but the input's own keys. */
function putAt(target: object, [name = "", ...rest]: string[], value: unknown): void {
  const own = target as Record<string, object>;
  if (rest.length === 0) Object.assign(target, { [name]: value });
  else {
    own[name] ??= {};
    putAt(own[name], rest, value);
  }
}

function readTexts(schema: Schema, texts: readonly string[]): unknown {
  const bare = bareSchema(schema);
  const { def } = bare._zod;
  if (def.type === "array") return texts.map((text) => readText(def.element, text));
  const [text = "", ...more] = texts;
  if (more.length > 0) throw new UnreadableText("is given more than once");
  return readText(bare, text);
}

function readText(schema: Schema, text: string): unknown {
  const bare = bareSchema(schema);
  const { def } = bare._zod;
  switch (def.type) {
    case "number":
      return readNumber(text);
    case "boolean":
      return readFlag(text);
    case "union":
      return readText(textOption(def.options), text);
    case "object":
      throw new UnreadableText(`is given field by field, such as ${[...fieldsOf(bare).keys()][0]} after a dot`);
    case "array":
    case "record":
    case "custom":
    case "any":
    case "unknown":
      return readJson(text);
    default:
      return text;
  }
}

/** Of several forms of a value the one that a query string has by itself: text. */
function textOption(options: readonly Schema[]): Schema {
  const isText = (option: Schema) => ["string", "enum", "literal"].includes(bareSchema(option)._zod.def.type);
  const option = options.find(isText) ?? options[0];
  if (!option) throw new UnreadableText("cannot be given in a query string");
  return option;
}

function readNumber(text: string): number {
  if (!NUMBER.test(text)) throw new UnreadableText("must be a number");
  return Number(text);
}

function readFlag(text: string): boolean {
  if (text !== "true" && text !== "false") throw new UnreadableText("must be true or false");
  return text === "true";
}

function readJson(text: string): unknown {
  assertReadable(text);
  try {
    const value: unknown = JSON.parse(text);
    assertSafeKeys(value);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableText("must be JSON text");
    throw error;
  }
}
