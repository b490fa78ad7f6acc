import type { Question } from "./question.ts";

const ARTICLE = /^(?:the|an?)$/;

/** "What is the time" is not "what is time"; the more a question says, the less hangs on an article. */
const WORDS_MIN = 5;

interface Word {
  readonly word: string;
  /** What stands before it; empty where nothing does. */
  readonly article: string;
}

/**
 * Whether two open questions say the same words, and one leaves out articles that the other has. "A" for "the" is more
 * than leaving out, and so is any article in "is the milk good".
 */
export function differByOmittedArticles(one: Question, other: Question): boolean {
  if (!isDetailed(one) || !isDetailed(other)) return false;
  const [words, others] = [toWords(one), toWords(other)];
  return words.length === others.length && words.every((word, at) => isSame(word, others[at]));
}

const isDetailed = ({ language, words, markers }: Question) =>
  language === "en" && markers.includes("open") && words.filter((word) => !ARTICLE.test(word)).length >= WORDS_MIN;

const toWords = ({ words }: Question): Word[] =>
  words.flatMap((word, at) => {
    const before = words[at - 1] ?? "";
    return ARTICLE.test(word) ? [] : [{ word, article: ARTICLE.test(before) ? before : "" }];
  });

function isSame(one: Word, other: Word | undefined): boolean {
  if (one.word !== other?.word) return false;
  return one.article === other.article || one.article === "" || other.article === "";
}
