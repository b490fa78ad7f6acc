import { withoutDiacritics } from "./diacritics.ts";
import type { Question } from "./question.ts";
import { toWordList } from "./word-list.ts";

/** Typed without Polish letters, these may be one of two common words. */
const TWO_WORDS = toWordList(`
  bak bal bede bol bole buk gra kaska kat kora kos koza lapa las laska lata lawa lek los luk maka mama mila pac paczka
  paczki pal para pas piec pole raczka rad sad sala sila skora sok stad suma tata wata wiec wola wole zad zadanie zal
  zart zebra zle zona`);

/** Whether a word of one question is a word of the other, typed with or without Polish letters. */
export type SameWord = (one: string, other: string) => boolean;

/** One letter may be what tells two words apart; two show that the other text was typed without them. */
const POLISH_LETTERS_MIN = 2;

/**
 * How words of two questions are compared: letter by letter, unless one of the two was typed without Polish letters. A
 * final ą is never taken for left out then, since "mama" and "mamą" are both words.
 */
export function toComparison(one: Question, other: Question): SameWord {
  if (one.polishLetters === 0 && other.polishLetters >= POLISH_LETTERS_MIN)
    return (plain, full) => isTypedAs(full, plain);
  if (other.polishLetters === 0 && one.polishLetters >= POLISH_LETTERS_MIN) return isTypedAs;
  return (word, counterpart) => word === counterpart;
}

const isTypedAs = (full: string, plain: string) =>
  full === plain || (withoutDiacritics(full) === plain && !full.endsWith("ą") && !TWO_WORDS.has(plain));
