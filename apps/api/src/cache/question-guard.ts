import { expandContractions } from "./wording/contractions.ts";
import { type Difference, findDifference } from "./wording/difference.ts";
import { toEnglishQuestion } from "./wording/english.ts";
import { detectLanguage } from "./wording/language.ts";
import { lockNames } from "./wording/names.ts";
import { toPolishQuestion } from "./wording/polish.ts";
import { QUESTION_CHARS_MAX, type Question } from "./wording/question.ts";
import { toTokens } from "./wording/tokens.ts";

/** Whether the answer to one question may be given to another, and if not, why. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly because: Difference | "one is too long" };

/**
 * Decides whether two questions are the same one in other words, so that a stored answer may be given again.
 *
 * Similar vectors do not show it: "turn on" and "turn off" are nearer to each other than many a paraphrase. So both texts
 * are brought into one wording (courtesies, articles, contractions, number words, and a list of phrases that ask the
 * same, in English and Polish), and then every word must have its counterpart, in the same order. What no rule is written
 * for keeps two texts apart: the guard errs by asking the model once more.
 *
 * @param names people, rooms and devices of this user, which no rule may touch
 * @see docs/decisions/0019-guard-by-equal-wording.md
 */
export function mayShareAnswer(asked: string, stored: string, names: readonly string[]): Verdict {
  const [one, other] = [asked.normalize("NFC"), stored.normalize("NFC")];
  if (one === other) return { ok: true };
  if (Math.max(one.length, other.length) > QUESTION_CHARS_MAX) return { ok: false, because: "one is too long" };
  const because = findDifference(toQuestion(one, names), toQuestion(other, names));
  return because === null ? { ok: true } : { ok: false, because };
}

function toQuestion(text: string, names: readonly string[]): Question {
  const tokens = lockNames(toTokens(expandContractions(text)), names);
  const language = detectLanguage(tokens);
  if (language === "en") return toEnglishQuestion(tokens);
  if (language === "pl") return toPolishQuestion(tokens);
  return { language, words: tokens, markers: [], subject: null, polishLetters: 0 };
}
