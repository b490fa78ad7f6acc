import { isName, unlocked } from "./names.ts";
import type { GrammaticalCase } from "./question.ts";

type Endings = readonly (readonly [from: RegExp, to: string])[];

/** Behind a consonant. */
const HARD = /(?<=[^aeiouyąęó])$/;

/** How nouns and names change in the singular; what a stem is like decides which ending it takes, so any may do. */
const NOMINATIVE_TO_GENITIVE: Endings = [
  [/a$/, "y"],
  [/a$/, "i"],
  [/ia$/, "i"],
  [HARD, "a"],
  [HARD, "u"],
  [/[oe]$/, "a"],
  [/ów$/, "owa"],
  [/ek$/, "ka"],
  [/ek$/, "ku"],
  [/ec$/, "ca"],
  [/y$/, "ego"],
  [/ń$/, "nia"],
  [/ć$/, "cia"],
  [/ść$/, "ści"],
];
const ACCUSATIVE_TO_GENITIVE: Endings = [
  [/ę$/, "y"],
  [/ę$/, "i"],
  [/ię$/, "i"],
  [HARD, "u"],
  [/[oe]$/, "a"],
];

/**
 * Whether the same thing is named in both cases, word by word.
 *
 * "Stanisława" is a man in the genitive and a woman in the nominative: a first word in -a that stays the same is not
 * taken for the same. Behind a first word that does change, others may stay ("wieża Eiffla", "wieży Eiffla").
 */
export function isSameSubject(
  one: readonly string[],
  oneCase: GrammaticalCase,
  other: readonly string[],
  otherCase: GrammaticalCase,
): boolean {
  if (oneCase === "genitive") return isSameSubject(other, otherCase, one, oneCase);
  const endings = oneCase === "nominative" ? NOMINATIVE_TO_GENITIVE : ACCUSATIVE_TO_GENITIVE;
  const isFirstChanged = isChanged(one[0] ?? "", other[0] ?? "", endings);
  const isSame = (word: string, at: number) => {
    const counterpart = other[at] ?? "";
    if (isChanged(word, counterpart, endings)) return true;
    return word === counterpart && (at > 0 && isFirstChanged ? true : oneCase === "accusative" || !word.endsWith("a"));
  };
  return one.length === other.length && one.every(isSame);
}

/** Two names that the user keeps apart are never forms of one. */
function isChanged(one: string, other: string, endings: Endings): boolean {
  if (isName(one) && isName(other)) return false;
  const [from, to] = [unlocked(one), unlocked(other)];
  return from.length >= 3 && endings.some(([ending, other]) => ending.test(from) && from.replace(ending, other) === to);
}
