import { type Piece, packTexts } from "./piece.ts";

/** One message of an exported chat. */
export interface ChatMessage {
  /** `2026-11-23` where it is known for sure, otherwise as the export writes it, or empty. */
  readonly day: string;
  /** Empty when the export does not say. */
  readonly who: string;
  readonly text: string;
}

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The messages of one day together, as far as they fit: most of them say little by themselves. */
export function toPieces(messages: readonly ChatMessage[]): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < messages.length; ) {
    const day = messages[start]?.day ?? "";
    const length = messages.slice(start).findIndex((message) => message.day !== day);
    const end = length === -1 ? messages.length : start + length;
    pieces.push(...toPiecesOfDay(day, messages.slice(start, end)));
    start = end;
  }
  return pieces;
}

function toPiecesOfDay(day: string, messages: readonly ChatMessage[]): Piece[] {
  const lines = messages.map(({ who, text }) => (who === "" ? text : `${who}: ${text}`));
  const context = day === "" ? "Chat" : `Chat of ${day}`;
  return packTexts(lines, "\n").map((text) => ({ context, text, ...(ISO_DAY.test(day) && { day }) }));
}
