import type { Message, MessageHit } from "@keepsake/contract";
import type { FoundLine } from "./search-store.ts";

/**
 * Puts hits together with the lines around them, so that no message comes twice: a line that is a hit itself stands there
 * alone, and one beside several hits goes with the best of them.
 *
 * @param lines hits best first, each with its lines in the order they were said
 */
export function toHits(lines: readonly FoundLine[], explain: boolean): MessageHit[] {
  const shown = new Set(lines.filter(isHit).map(({ message }) => message.id));
  return lines.filter(isHit).map(({ rank, message, score, explanation }) => {
    const beside = lines.filter((line) => line.rank === rank && !shown.has(line.message.id));
    for (const line of beside) shown.add(line.message.id);
    const { before = [], after = [] } = Object.groupBy(beside, ({ place }) => (place < 0 ? "before" : "after"));
    return {
      ...message,
      score,
      before: before.map(toMessage),
      after: after.map(toMessage),
      ...(explain && { explanation }),
    };
  });
}

const isHit = ({ place }: FoundLine): boolean => place === 0;

const toMessage = ({ message }: FoundLine): Message => message;
