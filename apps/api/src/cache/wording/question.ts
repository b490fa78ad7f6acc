import type { KnownLanguage } from "./language.ts";

/** Longer texts are not judged, and so never answered from the cache: what is asked at such length is asked once. */
export const QUESTION_CHARS_MAX = 1_000;

/** The grammatical case in which a Polish question names what it is about. */
export type GrammaticalCase = "nominative" | "genitive" | "accusative";

/** What a question says, with everything taken out that changes nothing. */
export interface Question {
  readonly language: KnownLanguage;
  /** In the order in which they were said. */
  readonly words: readonly string[];
  /** Words whose place says nothing, such as "is" in "how tall is it"; sorted. */
  readonly markers: readonly string[];
  /** What it is about, where the language puts that into a case that depends on the wording. */
  readonly subject: { readonly in: GrammaticalCase; readonly words: readonly string[] } | null;
  /** How many letters of the text only Polish has; 0 where it was typed without them. */
  readonly polishLetters: number;
}

const NEGATIONS = /^(?:no|not|never|nie|nigdy)$/;

/** Without the commas that change nothing: "no, stop" is not "no stop". */
export const withoutCommas = (text: string): string =>
  text.includes(",")
    ? text
        .split(" ")
        .filter((word, at, words) => word !== "," || NEGATIONS.test(words[at - 1] ?? ""))
        .join(" ")
    : text;

/** Takes the words whose place says nothing out of the others. */
export function setApart(
  words: readonly string[],
  isMarker: (word: string, at: number) => boolean,
): Pick<Question, "words" | "markers"> {
  return { words: words.filter((word, at) => !isMarker(word, at)), markers: words.filter(isMarker).sort() };
}
