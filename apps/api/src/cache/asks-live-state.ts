import {
  ABOUT_THE_KIND,
  LIVE_ENDINGS,
  LIVE_OPENINGS,
  LIVE_PHRASES,
  LIVE_QUESTIONS,
  LIVE_WORDS,
} from "./live-state-words.ts";
import { toClauses } from "./plain-words.ts";
import { isDevice, isRoom } from "./wording/house-words.ts";
import { QUESTION_CHARS_MAX } from "./wording/question.ts";
import { isListed } from "./wording/word-list.ts";

/**
 * Whether a text, in English or Polish, asks how things are right now: the house and its devices, the time, the weather,
 * where somebody is, what is left in the fridge. The answer is soon wrong, so it must not be kept.
 *
 * Errs towards yes: a question that mentions a room or a device counts, unless it clearly asks about its kind, and
 * so does what is longer than `QUESTION_CHARS_MAX`.
 */
export function asksLiveState(text: string): boolean {
  if (text.length > QUESTION_CHARS_MAX) return true;
  const clauses = toClauses(text);
  return [...clauses, clauses.join(" ")].some(isLive);
}

function isLive(clause: string): boolean {
  if ([LIVE_PHRASES, LIVE_QUESTIONS, LIVE_OPENINGS, LIVE_ENDINGS].some((live) => live.test(clause))) return true;
  const words = clause.split(" ");
  if (words.some((word) => isListed(word, LIVE_WORDS))) return true;
  return !ABOUT_THE_KIND.test(clause) && words.some((word) => isRoom(word) || isDevice(word));
}
