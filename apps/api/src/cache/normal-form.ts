/** Digits of any script, and signs: of arithmetic, of currencies, degrees, per cent. */
const DIGIT_OR_SIGN = /[\p{N}\p{S}%‰*/\\]|^\p{Pd}|\p{Pd}$/u;
const DIGIT = /\p{N}/u;
const NOT_LETTERS = /[^\p{L}\p{M}/]+/gu;
const FINAL_MARKS = ".?!";

/** Units that mean another size in another case: mW and MW, MB and Mb. */
const CASE_MATTERS = [/^m(wh?|va?|j|hz|pa|ω|ohm|bar|sv)$/i, /^[kmgtp]i?b(ps|\/s|it)?$/i];
/** Symbols of units behind a number (kWh, °C, hPa) are no longer than this. */
const UNIT_CHARS_MAX = 3;

/**
 * What makes two texts the same question: composed Unicode (NFC), lower case, white space as one space, no final `.`,
 * `?` or `!`. A word with a digit or a sign, and what may be a unit, stays as it is: to ask twice costs a second, to be
 * told of 5 MW after asking for 5 mW is wrong.
 */
export function normalForm(text: string): string {
  const words = text.normalize("NFC").trim().split(/\s+/u);
  const isExact = words.map((word, at) => mustStay(word, words[at - 1] ?? ""));
  const folded = words.map((word, at) => (isExact[at] ? word : word.toLowerCase().normalize("NFC")));
  return withoutFinalMarks(folded, isExact).join(" ");
}

function mustStay(word: string, wordBefore: string): boolean {
  const letters = word.replace(NOT_LETTERS, "");
  const isBehindNumber = DIGIT.test(wordBefore) && letters.length <= UNIT_CHARS_MAX;
  return isBehindNumber || DIGIT_OR_SIGN.test(word) || CASE_MATTERS.some((unit) => unit.test(letters));
}

/** Marks stay behind a word that has to stay as it is: `5!` is not `5`, and `-5 .` may be anything. */
function withoutFinalMarks(words: readonly string[], isExact: readonly boolean[]): readonly string[] {
  for (let at = words.length - 1; at >= 0 && !isExact[at]; at -= 1) {
    const bare = withoutMarks(words[at] ?? "");
    if (bare !== "") return [...words.slice(0, at), bare];
  }
  return words;
}

/** A loop, since `[.?!]+$` takes the square of the time for a long row of marks within a word. */
function withoutMarks(word: string): string {
  let end = word.length;
  while (end > 0 && FINAL_MARKS.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}
