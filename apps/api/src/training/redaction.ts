import type { Json, TrainingExample } from "@keepsake/contract";
import { nameMatcher } from "./given-names.ts";
import { replacePhoneNumbers } from "./phone-numbers.ts";

/** Bounded, so that no text takes long. */
const EMAIL = /[^\s@<>()[\]{},;:"'“”„]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63}/gu;
const PLACEHOLDER_OR_WORD = /\[(?:email|phone)\]|[\p{L}\p{M}]+/gu;

/** Replaces what must not leave the house in one text. */
export type Redact = (text: string) => string;

/**
 * Makes a function that replaces e-mail addresses by `[email]`, telephone numbers by `[phone]` and given names by
 * `[name]`. It does not find what people describe in other words: addresses, surnames, names that are not listed.
 *
 * @param names given names of the household
 */
export function createRedactor(names: readonly string[]): Redact {
  const isName = nameMatcher(names);
  return (text) =>
    replacePhoneNumbers(text.replace(EMAIL, "[email]"), "[phone]").replace(PLACEHOLDER_OR_WORD, (word) =>
      isName(word) ? "[name]" : word,
    );
}

/** An example with every text of it redacted, metadata included. */
export function redactExample(example: TrainingExample, redact: Redact): TrainingExample {
  const { interactionId, correctedText, comment, metadata } = example;
  const redactNullable = (text: string | null) => (text === null ? null : redact(text));
  return {
    ...example,
    inputText: redact(example.inputText),
    outputText: redact(example.outputText),
    correctedText: redactNullable(correctedText),
    comment: redactNullable(comment),
    interactionId: redactNullable(interactionId),
    metadata: metadata && (redactJson(metadata, redact) as TrainingExample["metadata"]),
  };
}

function redactJson(value: Json, redact: Redact): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value === "number") return redactNumber(value, redact);
  if (Array.isArray(value)) return value.map((inner) => redactJson(inner, redact));
  if (typeof value !== "object" || value === null) return value;
  const redacted: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    redacted[freeKey(redacted, redact(key))] = redactJson(inner, redact);
  }
  return redacted;
}

/** A telephone number may be written without quotes. */
function redactNumber(value: number, redact: Redact): Json {
  const text = String(value);
  const redacted = redact(text);
  return redacted === text ? value : redacted;
}

/** Two keys that become the same placeholder must not swallow each other's values. */
function freeKey(taken: object, key: string): string {
  let free = key;
  for (let number = 2; Object.hasOwn(taken, free); number += 1) free = `${key} ${number}`;
  return free;
}
