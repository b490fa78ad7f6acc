import { editDistance } from "./edit-distance.ts";
import { areForms } from "./polish-inflection.ts";
import { joinWords, type NameWord, toNameWords } from "./spoken-name.ts";

/**
 * What two names differ in at most: nothing but case, separators and a leading "the" or "my"; diacritics; endings; a
 * slip of the finger.
 */
export type NameMatch = "exact" | "spelling" | "inflection" | "typo";

/** Costs are so far apart that many of one kind never weigh as much as one of the next. */
const COST = { article: 1, possessive: 3, spelling: 10, inflection: 10_000, typo: 10_000_000 };

const ARTICLES = new Set(["the", "a", "an"]);
const POSSESSIVES =
  /^(my|our|moj|moja|moje|mojego|mojej|mojemu|moim|moich|moimi|nasz|nasza|nasze|naszego|naszej|naszemu|naszym|naszych|naszymi)$/;

/** A name and what is left of it without the words that say little, with the cost of leaving them out. */
type Reading = { readonly words: readonly NameWord[]; readonly cost: number };

/** The readings of a name, to be compared by {@link nameDistance}. */
export type SpokenName = readonly Reading[];

/** Takes a name apart, once for many comparisons. Empty for a name without any letter, number or sign. */
export function toSpokenName(name: string): SpokenName {
  const whole = { words: toNameWords(name), cost: 0 };
  if (whole.words.length === 0) return [];
  const withoutArticle = dropFirst(whole, (word) => ARTICLES.has(word), COST.article);
  const bare = dropFirst(withoutArticle ?? whole, (word) => POSSESSIVES.test(word), COST.possessive);
  return [whole, withoutArticle, bare].filter((reading) => reading !== null);
}

function dropFirst({ words, cost }: Reading, isDropped: (word: string) => boolean, price: number): Reading | null {
  const [first, ...rest] = words;
  return first && rest.length > 0 && isDropped(first.folded) ? { words: rest, cost: cost + price } : null;
}

/** How far apart two names are: 0 for the same, more for less alike, null when they are not the same thing. */
export function nameDistance(one: SpokenName, other: SpokenName): number | null {
  const distances = one.flatMap((reading) =>
    other.flatMap((otherReading) => {
      const distance = wordsDistance(reading.words, otherReading.words);
      return distance === null ? [] : [distance + reading.cost + otherReading.cost];
    }),
  );
  return distances.length === 0 ? null : Math.min(...distances);
}

/** In what names of this distance differ. */
export function toMatch(distance: number): NameMatch {
  if (distance >= COST.typo) return "typo";
  if (distance >= COST.inflection) return "inflection";
  return distance >= COST.spelling ? "spelling" : "exact";
}

const TYPOS_MAX = 2;

function wordsDistance(one: readonly NameWord[], other: readonly NameWord[]): number | null {
  if (joinWords(one.map(({ text }) => text)) === joinWords(other.map(({ text }) => text))) return 0;
  if (joinWords(one.map(({ folded }) => folded)) === joinWords(other.map(({ folded }) => folded))) return COST.spelling;
  if (one.length !== other.length) return null;
  let sum = 0;
  for (const [index, word] of one.entries()) {
    const distance = wordDistance(word, other[index] ?? word);
    if (distance === null) return null;
    sum += distance;
  }
  return sum < (TYPOS_MAX + 1) * COST.typo ? sum : null;
}

function wordDistance(one: NameWord, other: NameWord): number | null {
  if (one.text === other.text) return 0;
  if (one.folded === other.folded) return COST.spelling;
  if (!isOfLetters(one.folded) || !isOfLetters(other.folded)) return null;
  if (areForms(one.folded, other.folded)) return COST.inflection;
  return isSlip(one.folded, other.folded) ? COST.typo * editDistance(one.folded, other.folded) : null;
}

/** Scripts in which a letter more or less is a slip. Numbers and signs are never taken for others. */
const isOfLetters = (word: string): boolean => /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]+$/u.test(word);

/**
 * Words of four letters are too near to each other ("hall", "wall"), of those of five only neighbours may be swapped.
 * The first two letters have to be right: they are what tells "wejście" from "wyjście".
 */
function isSlip(one: string, other: string): boolean {
  const letters = Math.max(one.length, other.length);
  if (letters < 5 || Math.abs(one.length - other.length) > TYPOS_MAX) return false;
  if (one.slice(0, 2) !== other.slice(0, 2) || isDiminutive(one, other) || isDiminutive(other, one)) return false;
  if (letters === 5) return one.length === other.length && editDistance(one, other) === 1 && isSwap(one, other);
  return editDistance(one, other) <= (letters < 9 ? 1 : TYPOS_MAX);
}

const isSwap = (one: string, other: string): boolean => [...one].sort().join() === [...other].sort().join();

/** "lampka" is a small "lampa", and "biurko" stands in a "biuro": another thing. */
const isDiminutive = (long: string, short: string): boolean =>
  long.at(-2) === "k" && long.slice(0, -2) + long.slice(-1) === short;
