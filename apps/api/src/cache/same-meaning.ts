import { mayShareAnswer } from "./question-guard.ts";
import type { SimilarQuestion } from "./similar-store.ts";

/** A question whose answer may be given to the one that was asked. */
export interface SameQuestion extends SimilarQuestion {
  /** Why, in a sentence for a person. */
  readonly because: string;
}

/**
 * The nearest question that passes the guard; null when none does. Nearness alone never is enough: "turn on" is near to
 * "turn off".
 *
 * @param candidates nearest first
 * @param names people, rooms and devices of this user
 */
export function chooseSameMeaning(
  asked: string,
  candidates: readonly SimilarQuestion[],
  names: readonly string[],
): SameQuestion | null {
  const found = candidates.find(({ text }) => mayShareAnswer(asked, text, names).ok);
  if (!found) return null;
  const similarity = found.similarity.toFixed(3);
  const because = `“${found.text}” asks the same in other words: similarity ${similarity}, and its numbers, names, negations and opposites agree.`;
  return { ...found, because };
}
