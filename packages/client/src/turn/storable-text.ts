import { CONTENT_CHARS_MAX } from "@keepsake/contract/limits";

const NUL = String.fromCharCode(0);

/**
 * A text as Keepsake can store it: without NUL characters and halves of surrogate pairs, cut at `CONTENT_CHARS_MAX`. A
 * model may say anything, and what it says is to be kept as far as it can be.
 */
export function toStorable(text: string): string {
  const clean = text.replaceAll(NUL, "");
  // The cut may go through a pair, whose half is then no character.
  return clean.length <= CONTENT_CHARS_MAX ? clean.toWellFormed() : cut(clean).toWellFormed();
}

function cut(text: string): string {
  const isPair = (text.codePointAt(CONTENT_CHARS_MAX - 1) ?? 0) > 0xffff;
  return text.slice(0, isPair ? CONTENT_CHARS_MAX - 1 : CONTENT_CHARS_MAX);
}

/** Whether there is anything to store. */
export const isFilled = (text: string): boolean => text.trim() !== "";
