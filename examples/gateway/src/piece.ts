/** A part of a text that makes sense by itself and fits into one memory. */
export interface Piece {
  /** Where it stands, such as `Garden › Watering`; empty when nothing is known. */
  readonly context: string;
  readonly text: string;
  /** The day it is from, such as `2026-11-23`, where the text says so. */
  readonly day?: string;
}

/** Characters of one piece: a few paragraphs, which the embedding model takes whole. */
export const PIECE_CHARS_MAX = 1_000;

/** Where a long text may be cut, best first. */
const CUTS = [
  { at: /\n+/u, glue: "\n" },
  { at: /(?<=[.!?…])\s+/u, glue: " " },
  { at: /\s+/u, glue: " " },
];

/** Joins neighbours as long as they fit into one piece; what is longer by itself is cut between lines, sentences or words. */
export function packTexts(texts: readonly string[], glue: string): string[] {
  const packed: string[] = [];
  for (const text of texts.flatMap((each) => cut(each))) {
    const last = packed.at(-1);
    const joined = last === undefined ? text : last + glue + text;
    if (last !== undefined && joined.length <= PIECE_CHARS_MAX) packed[packed.length - 1] = joined;
    else packed.push(text);
  }
  return packed;
}

function cut(text: string, level = 0): string[] {
  if (text.length <= PIECE_CHARS_MAX) return [text];
  const place = CUTS[level];
  // By code points, so that no character is cut in two.
  if (!place) return text.match(new RegExp(`.{1,${PIECE_CHARS_MAX / 2}}`, "gsu")) ?? [];
  const parts = text.split(place.at).flatMap((part) => cut(part, level + 1));
  return packTexts(parts, place.glue);
}
