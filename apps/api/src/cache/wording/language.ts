import { countPolishLetters, withoutDiacritics } from "./diacritics.ts";
import { toWordList, type WordList } from "./word-list.ts";

/** The languages whose wordings are known. In any other, only the same words in the same order are the same question. */
export type KnownLanguage = "en" | "pl" | "other";

const ENGLISH = toWordList(`
  about an are can cannot could define did does explain for from has have how is it many me much my of should that the
  there they this was were what when where which who whose why will with would you your`);

/** Without diacritics. Words that English has too, such as "to", "do" and "no", tell nothing. */
const POLISH = toWordList(`
  byl byla bylo byly bym chce chcialabym chcialbym co czego czemu czy czym dla dlaczego dodaj gdzie ile ilu jak jaka
  jaki jakich jakie jakiego jakiej jakim jest jestem kiedy kim kogo komu kto ktora ktore ktorego ktorej ktory lub ma
  maja mam masz moge moj moja moje moze mozesz mozna na nie oraz otworz po podaj powiedz prosze przez przypomnij
  puszcz sa sie skad sobie swiatlo tego tez trzeba tylko ustaw w wie wiesz wlacz wylacz z za zagraj zamknij ze zeby
  zgas`);

const count = (tokens: readonly string[], words: WordList) =>
  tokens.filter((token) => words.has(withoutDiacritics(token))).length;

/** Guesses a text's language by its small words, which no question goes without for long. */
export function detectLanguage(tokens: readonly string[]): KnownLanguage {
  const polish = count(tokens, POLISH) + Math.min(countPolishLetters(tokens.join("")), 2);
  const english = count(tokens, ENGLISH) + (tokens[0] === "do" ? 1 : 0);
  if (polish === english) return "other";
  return polish > english ? "pl" : "en";
}
