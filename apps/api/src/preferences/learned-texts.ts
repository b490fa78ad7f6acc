import type { Json } from "@keepsake/contract";

/** A part of a learned preference, to be judged as a text. */
interface LearnedText {
  readonly content: string;
  readonly origin: "learned";
  /** The field of the input, such as `value`. */
  readonly path: string;
}

/**
 * What a learned preference says, as texts: its key, and all strings and keys of its value in a row, since a model reads
 * them in a row. Keys are read as words too: `ignore_all_previous_instructions`.
 *
 * @param prefix where the preference stands in the input, such as `preference.`
 */
export function toLearnedTexts({ key, value }: { key: string; value: Json }, prefix = ""): LearnedText[] {
  const texts = [...textsOf(value)].join("\n");
  return [
    { content: asWords(key), origin: "learned", path: `${prefix}key` },
    { content: texts, origin: "learned", path: `${prefix}value` },
  ];
}

const asWords = (key: string): string => `${key}\n${key.replaceAll(/[._-]+/g, " ")}`;

function* textsOf(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  if (value === null || typeof value !== "object") return;
  if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else for (const [key, inner] of Object.entries(value)) yield* [asWords(key), ...textsOf(inner)];
}
