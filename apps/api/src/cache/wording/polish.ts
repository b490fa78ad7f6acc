import { countPolishLetters } from "./diacritics.ts";
import { POLISH_NUMBERS } from "./number-words.ts";
import { POLISH_WORDINGS, SUBJECT_MARKS } from "./polish-wordings.ts";
import {
  POLISH_ABOUT_WORDS,
  POLISH_ASKS,
  POLISH_LEAD,
  POLISH_OPENINGS,
  POLISH_SYNONYMS,
  POLISH_TAIL,
  toFullSpelling,
} from "./polish-words.ts";
import { type GrammaticalCase, type Question, setApart, withoutCommas } from "./question.ts";
import { replaceWords, rewrite, stripLead } from "./rewriting.ts";
import { readNumbers } from "./spoken-numbers.ts";

/** What a Polish question says, whatever its wording. */
export function toPolishQuestion(tokens: readonly string[]): Question {
  const hasMark = tokens.at(-1) === "?";
  const typed = hasMark ? tokens.slice(0, -1) : tokens;
  const polishLetters = countPolishLetters(typed.join(""));
  const spelt = polishLetters > 0 ? typed : typed.map(toFullSpelling);
  const numbered = readNumbers(spelt, POLISH_NUMBERS).map(toDecimalPoint);
  const asked = withoutCommas(stripCourtesies(numbered.join(" ")));
  const named = POLISH_ABOUT_WORDS.test(asked) ? asked : replaceWords(asked, POLISH_SYNONYMS);
  const [text = "", subject] = splitSubject(rewrite(named, POLISH_WORDINGS));
  const said = POLISH_ASKS.test(`${text} `) ? toAsked(text) : toStated(text, hasMark);
  return { language: "pl", ...said, subject, polishLetters };
}

/** "21,5" is written so in Polish only. */
const toDecimalPoint = (token: string) => (/^#-?\d+,\d{1,2}$/.test(token) ? token.replace(",", ".") : token);

function stripCourtesies(text: string): string {
  const asked = stripLead(text, POLISH_LEAD, POLISH_OPENINGS);
  return POLISH_ABOUT_WORDS.test(asked) ? asked : asked.replace(POLISH_TAIL, "");
}

function splitSubject(text: string): [string, Question["subject"]] {
  for (const [name, mark] of Object.entries(SUBJECT_MARKS) as [GrammaticalCase, string][]) {
    const at = text.indexOf(` ${mark} `);
    if (at >= 0) return [text.slice(0, at), { in: name, words: text.slice(at + mark.length + 2).split(" ") }];
  }
  return [text, null];
}

/**
 * Behind a question word the place of "jest" says nothing, nor does that of a "się" that has no second beside it. But
 * "czy jest pies w domu" asks whether there is one.
 */
function toAsked(text: string): Pick<Question, "words" | "markers"> {
  const words = text.split(" ").map((word) => (word === "są" ? "jest" : word));
  const isReflexive = words.filter((word) => word === "się").length === 1;
  return setApart(
    words,
    (word, at) => (word === "jest" && !(at === 1 && words[0] === "czy")) || (isReflexive && word === "się"),
  );
}

/** "Drzwi są zamknięte" and "drzwi są zamknięte?" differ in nothing else. */
const toStated = (text: string, hasMark: boolean) => ({ words: text.split(" "), markers: hasMark ? ["?"] : [] });
