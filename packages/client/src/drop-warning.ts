import type { DroppedTurn } from "./late-turns/late-turn.ts";

const SENTENCES: Readonly<Record<DroppedTurn["reason"], string>> = {
  full: "too many turns wait for Keepsake",
  refused: "Keepsake does not take it",
  unwritable: "queueDir cannot be written",
  damaged: "its file cannot be read",
};

/** What is said of a dropped turn where nobody listens: a warning of the process, without a word of the turn. */
export function warnOfDrop({ reason, file, cause }: DroppedTurn): void {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  const where = file === null ? "" : ` It lies in ${file}.`;
  const sentence = `A turn is not kept: ${SENTENCES[reason]}${why}.${where}`;
  // A browser has no process.
  globalThis.process?.emitWarning?.(sentence, "KeepsakeWarning");
}

/** A listener that may fail, as one that does not: what it does wrong is no reason to lose an answer. */
export function toSafeListener(listener: (dropped: DroppedTurn) => void): (dropped: DroppedTurn) => void {
  return (dropped) => {
    try {
      listener(dropped);
    } catch {
      warnOfDrop(dropped);
    }
  };
}
