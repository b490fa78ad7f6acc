import { differByOmittedArticles } from "./articles.ts";
import { withoutDiacritics } from "./diacritics.ts";
import { isDevice, isRoom } from "./house-words.ts";
import { isName } from "./names.ts";
import { areOpposite } from "./opposites.ts";
import { isSameSubject } from "./polish-cases.ts";
import type { Question } from "./question.ts";
import { isNumber } from "./tokens.ts";
import { type SameWord, toComparison } from "./word-comparison.ts";

/** In what two questions differ, in words that show nothing of either. */
export type Difference =
  | "they are in different languages"
  | "their numbers differ"
  | "one of them is negated"
  | "they hold opposite words"
  | "they name different people, rooms or things"
  | "they ask in different ways"
  | "a word of one has no counterpart in the other"
  | "their words are in another order";

const NEGATION =
  /^(?:no|not|never|none|nobody|nothing|nowhere|without|neither|nor|nie|nigdy|bez|brak|żad\p{L}*|nikt\p{L}*|nikogo|nikomu|nic|niczego|nigdzie)$/u;
const ASKING =
  /^(?:what|who|whose|when|where|why|how|much|many|if|can|could|should|would|will|must|may|might|did|has|have|had|be|been|co|kto|kogo|komu|czyj\p{L}*|gdzie|skąd|dokąd|kiedy|dlaczego|jak|jak\p{L}{1,4}|któr\p{L}*|ile|czy|był\p{L}*|będ\p{L}*|może\p{L}*|mog\p{L}*|powin\p{L}*|mus\p{L}*|należy|wolno)$/u;

/** @returns null when both ask the same */
export function findDifference(one: Question, other: Question): Difference | null {
  if (one.language !== other.language) return "they are in different languages";
  if (one.markers.join(" ") === other.markers.join(" ") && differByOmittedArticles(one, other)) return null;
  const isSame = toComparison(one, other);
  const isSameReversed: SameWord = (word, counterpart) => isSame(counterpart, word);
  const missing = [
    withoutCounterpart(one.words, other.words, isSame),
    withoutCounterpart(other.words, one.words, isSameReversed),
  ] as const;
  if (missing[0].length + missing[1].length > 0) return toDifference(...missing);
  if (one.markers.join(" ") !== other.markers.join(" ")) return "they ask in different ways";
  if (!one.words.every((word, at) => isSame(word, other.words[at] ?? ""))) return "their words are in another order";
  return findSubjectDifference(one.subject, other.subject, isSame);
}

/** The words of one text that are left when each word of the other has taken its like away. */
function withoutCounterpart(words: readonly string[], others: readonly string[], isSame: SameWord): string[] {
  const left = [...others];
  return words.filter((word) => {
    const at = left.findIndex((other) => isSame(word, other));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function toDifference(one: readonly string[], other: readonly string[]): Difference {
  const all = [...one, ...other];
  if (all.some(isNumber)) return "their numbers differ";
  if (all.some((word) => NEGATION.test(word))) return "one of them is negated";
  if (one.some((word) => other.some((counterpart) => areOpposite(word, counterpart))))
    return "they hold opposite words";
  if (all.some(isHouseWord)) {
    return "they name different people, rooms or things";
  }
  if (all.some((word) => ASKING.test(word))) return "they ask in different ways";
  return "a word of one has no counterpart in the other";
}

function isHouseWord(word: string): boolean {
  const plain = withoutDiacritics(word);
  return isName(word) || isRoom(plain) || isDevice(plain);
}

function findSubjectDifference(
  one: Question["subject"],
  other: Question["subject"],
  isSame: SameWord,
): Difference | null {
  if (one === null || other === null) {
    return one === other ? null : "they ask in different ways";
  }
  const isEqual =
    one.in === other.in
      ? one.words.length === other.words.length && one.words.every((word, at) => isSame(word, other.words[at] ?? ""))
      : isSameSubject(one.words, one.in, other.words, other.in);
  return isEqual ? null : toDifference(one.words, other.words);
}
