import { UNSAID_TRUST_MAX } from "../platform/unsaid.ts";
import { toComparable } from "./context-text.ts";

/** What decides whether one more item of a list is worth its place. */
interface Judged {
  readonly text: string;
  /** 3 (the user said it) to 0. */
  readonly trust: number;
}

/** The share of a list that may come from tools and the assistant, unless there is too little else. */
const UNSAID_SHARE = 1 / 3;
/** Two texts with so large a share of their words in common say the same. */
const ALIKE_SHARE = 0.8;

/**
 * The first items of a list, with at most a third from what nobody said, and of that nothing that nearly repeats an item
 * before: however often the assistant writes the same conclusion, people's own words keep their place.
 *
 * @param items best first
 * @returns at most `max`, in the same order
 */
export function varied<T>(items: readonly T[], judge: (item: T) => Judged, max: number): T[] {
  const kept: T[] = [];
  const seen: Set<string>[] = [];
  let unsaid = 0;
  for (const item of items) {
    const { text, trust } = judge(item);
    const isUnsaid = trust <= UNSAID_TRUST_MAX;
    if (kept.length === max) break;
    if (isUnsaid && unsaid >= Math.max(1, Math.floor(max * UNSAID_SHARE))) continue;
    const words = toWords(text);
    // What people said is never dropped for being alike: one word may turn its meaning round.
    if (isUnsaid && seen.some((others) => areAlike(words, others))) continue;
    seen.push(words);
    kept.push(item);
    if (isUnsaid) unsaid += 1;
  }
  return kept;
}

const toWords = (text: string): Set<string> => new Set(toComparable(text).match(/[\p{L}\p{N}]+/gu));

/** By Jaccard's index. Numbers count as words: 21 degrees is not 22. */
function areAlike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const common = [...one].filter((word) => other.has(word)).length;
  const all = one.size + other.size - common;
  if (all === 0 || common / all < ALIKE_SHARE) return false;
  return [...one, ...other].every((word) => !/\p{N}/u.test(word) || (one.has(word) && other.has(word)));
}
