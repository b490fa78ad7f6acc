import { joinKinds } from "./english-generics.ts";
import { ENGLISH_WORDINGS } from "./english-wordings.ts";
import {
  ENGLISH_ABOUT_WORDS,
  ENGLISH_ASKS,
  ENGLISH_ASKS_YES_OR_NO,
  ENGLISH_LEAD,
  ENGLISH_OPENINGS,
  ENGLISH_QUOTES,
  ENGLISH_SYNONYMS,
  ENGLISH_TAIL,
} from "./english-words.ts";
import { ENGLISH_NUMBERS } from "./number-words.ts";
import { type Question, setApart, withoutCommas } from "./question.ts";
import { replaceWords, rewrite, stripLead } from "./rewriting.ts";
import { readNumbers } from "./spoken-numbers.ts";

const BE = new Set(["is", "are", "was", "were"]);

/** What is said of a kind is said of one and of many. */
const ONE_OF_MANY = new Map([
  ["are", "is"],
  ["does", "do"],
]);

/** What an English question says, whatever its wording. */
export function toEnglishQuestion(tokens: readonly string[]): Question {
  const hasMark = tokens.at(-1) === "?";
  const numbered = readNumbers(hasMark ? tokens.slice(0, -1) : tokens, ENGLISH_NUMBERS).map(toTimeOfDay);
  const asked = withoutCommas(stripCourtesies(numbered.join(" ")));
  const named = ENGLISH_ABOUT_WORDS.test(asked) ? asked : replaceWords(asked, ENGLISH_SYNONYMS);
  const text = joinKinds(rewrite(named, ENGLISH_WORDINGS));
  const said = ENGLISH_ASKS.test(text) ? toAsked(text) : toStated(text, hasMark);
  return { language: "en", ...said, subject: null, polishLetters: 0 };
}

/** "5 am" is an hour; "I am" is not. */
function toTimeOfDay(token: string, at: number, tokens: readonly string[]): string {
  if (!tokens[at - 1]?.startsWith("#")) return token;
  return token === "am" || token === "pm" ? `${token[0]}.m` : token;
}

function stripCourtesies(text: string): string {
  const asked = stripLead(text, ENGLISH_LEAD, ENGLISH_OPENINGS);
  // NOTE: "how do you say please" asks for that very word.
  return ENGLISH_QUOTES.test(asked) ? asked : asked.replace(ENGLISH_TAIL, "");
}

/** Behind a question word or an auxiliary, neither the place of "is" nor that of the first "do" says anything. */
function toAsked(text: string): Pick<Question, "words" | "markers"> {
  const isAboutKind = text.includes("~");
  const all = text.split(" ").map((word) => (isAboutKind ? (ONE_OF_MANY.get(word) ?? word) : word));
  const firstDo = all.findIndex((word) => word === "do" || word === "does");
  const { words, markers } = setApart(all, (word, at) => BE.has(word) || at === firstDo);
  return { words, markers: [...markers, ENGLISH_ASKS_YES_OR_NO.test(text) ? "yes or no" : "open"] };
}

/** "You are home" and "you are home?" differ in nothing else. */
const toStated = (text: string, hasMark: boolean) => ({ words: text.split(" "), markers: hasMark ? ["?"] : [] });
