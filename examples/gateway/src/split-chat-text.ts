import { type ChatMessage, toPieces } from "./chat-message.ts";
import type { Piece } from "./piece.ts";

/** `[23.11.2026, 18:45:03] Ola: …` and `11/23/26, 6:45 PM - Ola: …`, as phones export chats. */
const CHAT_LINE =
  /^\[?(?<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),?\s+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\.?)?(?:\]|\s+[-–])\s+(?<who>[^:]{1,60}):\s*(?<text>.*)$/iu;
/** Marks of writing direction, which phones put in front of names and pictures. */
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e]/gu;
/** The first lines may be notices without a name. */
const FIRST_LINES = 5;

/** Whether a text is a chat as phones export it. */
export function isChatText(text: string): boolean {
  return toLines(text.slice(0, 10_000))
    .slice(0, FIRST_LINES)
    .some((line) => CHAT_LINE.test(line));
}

/** Splits a chat as phones export it, by days. A line without a date belongs to the message before it. */
export function splitChatText(text: string): Piece[] {
  const messages: ChatMessage[] = [];
  for (const line of toLines(text)) {
    const { day, who, text: said } = CHAT_LINE.exec(line)?.groups ?? {};
    const last = messages.at(-1);
    if (day !== undefined) messages.push({ day, who: who ?? "", text: said ?? "" });
    else if (last) messages[messages.length - 1] = { ...last, text: `${last.text}\n${line}`.trimEnd() };
  }
  return toPieces(messages);
}

const toLines = (text: string): string[] => text.replace(DIRECTION_MARKS, "").trim().split(/\r?\n/);
