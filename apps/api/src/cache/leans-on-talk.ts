import { toClauses } from "./plain-words.ts";
import { expandContractions } from "./wording/contractions.ts";
import { detectLanguage } from "./wording/language.ts";
import { QUESTION_CHARS_MAX } from "./wording/question.ts";
import { toTokens } from "./wording/tokens.ts";

const toSet = (words: string) => new Set(words.split(" "));

/** Words that stand for something named before, without diacritics. */
const POINTING = {
  en: toSet(
    "he she they him her them his hers their theirs it its this that these those there then one ones same another other",
  ),
  pl: toSet(
    "on ona ono oni one jego jej ich jemu niej nim nimi nia go ja mu im je ten ta te ci to tego tej tych tym tymi tam tamto " +
      "tamten tamta wtedy taki taka takie tak inny inna inne",
  ),
};

/** How a question begins that goes on from another one, or is nothing but its first word. */
const GOING_ON = {
  en: /^(and|but|or|so|then|also|really|why|when|where|how|who|what)( not)?$|^(and|but|also|what about|how about|what else) /,
  pl: /^(a|i|ale|albo|czyli|wiec|dlaczego|kiedy|gdzie|jak|kto|co|naprawde)$|^(a|i|ale|a co|co z) /,
};

/** "It" and "that" that point at nothing: "is it true that …", "how do you say that …". */
const EMPTY_POINTING = /\b(is it (true|possible|safe|legal|healthy|bad|good|ok) (that|to|for)|czy to prawda ze)\b/g;

/**
 * Whether a question can only be understood from what was said before it ("and tomorrow?", "how old is she?", "a jutro?"):
 * in another talk the same words ask for something else, so its answer must not be kept. Errs towards yes, as it says of
 * whatever is longer than `QUESTION_CHARS_MAX`.
 */
export function leansOnTalk(text: string): boolean {
  if (text.length > QUESTION_CHARS_MAX) return true;
  const language = detectLanguage(toTokens(expandContractions(text.normalize("NFC"))));
  const clauses = toClauses(text).map((clause) => clause.replace(EMPTY_POINTING, " ").trim());
  const languages = language === "en" || language === "pl" ? ([language] as const) : (["en", "pl"] as const);
  return languages.some((each) => clauses.some((clause) => leansIn(each, clause)));
}

function leansIn(language: "en" | "pl", clause: string): boolean {
  return GOING_ON[language].test(clause) || clause.split(" ").some((word) => POINTING[language].has(word));
}
