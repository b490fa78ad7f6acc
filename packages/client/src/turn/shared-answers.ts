import type { TurnInput } from "./turn-types.ts";

/** Answers under way in this process, so that equal questions reach the model once. */
export class SharedAnswers {
  readonly #underWay = new Map<string, Promise<string | null>>();

  /** The answer to an equal question that is under way; null when there is none. It is null itself when it failed. */
  find(question: string): Promise<string | null> | null {
    return this.#underWay.get(question) ?? null;
  }

  /**
   * Announces that the caller answers a question.
   *
   * @returns ends the announcement with the answer, or with null when there is none to share; the first call counts
   */
  announce(question: string): (answer: string | null) => void {
    let end: (answer: string | null) => void = () => {};
    const answer = new Promise<string | null>((resolve) => {
      end = resolve;
    });
    this.#underWay.set(question, answer);
    return (text) => {
      if (this.#underWay.get(question) === answer) this.#underWay.delete(question);
      end(text);
    };
  }
}

/** Letters alone, the first one maybe a capital, and too many of them for a unit: mW is not MW. */
const PLAIN_WORD = /^\p{L}\p{Ll}{3,}$/u;
const FIRST_WORD = /^\p{L}\p{Ll}*$/u;
/** A mark behind a letter: `5!` is not `5`. */
const FINAL_MARK = /(?<=\p{L}) ?[.?!]$/u;

/**
 * What makes two questions of one user equal: language, intent, and the text up to white space, a final mark and the case of
 * plain words. The server's cache knows more questions to be equal; here it is enough that none is wrong.
 */
export function normalQuestion({ text, language, intent }: Pick<TurnInput, "text" | "language" | "intent">): string {
  const words = text.normalize("NFC").trim().replace(/\s+/gu, " ").replace(FINAL_MARK, "").split(" ");
  const isPlain = (word: string, at: number): boolean => (at === 0 ? FIRST_WORD : PLAIN_WORD).test(word);
  const folded = words.map((word, at) => (isPlain(word, at) ? word.toLowerCase() : word));
  return JSON.stringify([language?.toLowerCase() ?? null, intent ?? null, folded.join(" ")]);
}
