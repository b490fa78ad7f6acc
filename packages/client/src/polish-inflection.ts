/** Endings of Polish nouns and adjectives, without diacritics. */
const ENDINGS = ["", ..."a e i o u y ie em om im ym ach ami ow owi ej ego emu ich ych imi ymi".split(" ")];

/** How a consonant sounds before -e and -ie, and what it was: "biurze" is of "biuro", "łazience" of "łazienka". */
const SOFTENED: readonly (readonly [string, readonly string[]])[] = [
  ["rz", ["r"]],
  ["dz", ["d", "g"]],
  ["sz", ["ch"]],
  ["sc", ["st"]],
  ["c", ["k", "t"]],
];

const WORD_LETTERS_MIN = 4;
const STEM_LETTERS_MIN = 3;

/**
 * Whether two words, in lower case without diacritics, may be forms of one Polish word: "kuchni" and "kuchnia",
 * "salonie" and "salon". It knows endings, not words, so it says yes to some strangers ("story", "store").
 */
export function areForms(one: string, other: string): boolean {
  if (one.length < WORD_LETTERS_MIN || other.length < WORD_LETTERS_MIN) return false;
  const stems = stemsOf(other);
  for (const stem of stemsOf(one)) if (stems.has(stem)) return true;
  return false;
}

function stemsOf(word: string): Set<string> {
  const stems = ENDINGS.filter((ending) => word.endsWith(ending)).flatMap((ending) => {
    const stem = word.slice(0, word.length - ending.length);
    return ending === "e" || ending === "ie" ? [stem, ...hardened(stem)] : [stem];
  });
  return new Set(stems.filter((stem) => stem.length >= STEM_LETTERS_MIN));
}

function hardened(stem: string): string[] {
  return SOFTENED.filter(([soft]) => stem.endsWith(soft)).flatMap(([soft, hard]) =>
    hard.map((consonant) => stem.slice(0, -soft.length) + consonant),
  );
}
