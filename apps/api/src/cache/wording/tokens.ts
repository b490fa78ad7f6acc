import { toWordList } from "./word-list.ts";

/** Words that mean something else with a capital; any other word is the same either way. */
const CAPITALS_MATTER = toWordList(`
  aids amazon apple april august bill china grace it job june march mark may mercury mobile or polish rose turkey us
  who will windows`);

/** A full stop behind these ends no sentence. */
const ABBREVIATIONS = toWordList(`
  dr inż mr mrs ms np prof st ul vs`);

const PIECES = /'s(?![\p{L}\p{M}])|\p{L}[\p{L}\p{M}]*(?:\.\p{L}[\p{L}\p{M}]*)*|\d+(?:[.,:]\d+)*|\S/gu;

const isWord = (piece: string) => /^\p{L}/u.test(piece);

/** Numbers are tokens that begin with `#`, so that no word can be taken for one. */
export const isNumber = (token: string | undefined): boolean => token?.startsWith("#") ?? false;

/**
 * Cuts a text into what the guard compares: words in lower case, numbers as `#21.5` or `#-3`, `,` and `|` (the end of a
 * sentence with more behind it), `?` if it ends with one, and each other sign by itself. Only quotation marks, hyphens
 * inside of words and the last full stop are dropped: a sign that nobody thought of makes two texts differ.
 */
export function toTokens(text: string): string[] {
  const tokens: string[] = [];
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    if (isWord(piece)) tokens.push(toWord(piece, text, tokens));
    else if (piece === "'s") tokens.push(piece);
    else if (/^\d/.test(piece)) pushNumber(piece, tokens);
    else pushSign(piece, text.slice(0, index), text.slice(index + piece.length), tokens);
  }
  return withoutLastStop(tokens, text);
}

function toWord(piece: string, text: string, before: readonly string[]): string {
  const word = piece.toLowerCase();
  const opensSentence = before.length === 0 || before.at(-1) === "|";
  const isMarked = CAPITALS_MATTER.has(word) && piece !== word && !opensSentence;
  return isMarked && text !== text.toUpperCase() ? piece : word;
}

function pushNumber(piece: string, tokens: string[]): void {
  const isSigned = tokens.at(-1) === "-" && !isNumber(tokens.at(-2));
  if (isSigned) tokens.pop();
  tokens.push(`#${isSigned ? "-" : ""}${piece}`);
}

function pushSign(sign: string, before: string, after: string, tokens: string[]): void {
  const isBehindNumber = isNumber(tokens.at(-1)) && !before.endsWith(" ");
  if (/["'`“”„‟‘’‚‛«»!]/u.test(sign) && isBehindNumber) tokens.push(sign);
  else if (/["'`“”„‟‘’‚‛«»]/u.test(sign)) return;
  else if (/[-‐‑–−—]/u.test(sign)) pushDash(sign, before, after, tokens);
  else if (/[.!?;:…]/u.test(sign)) pushStop(sign, tokens);
  else tokens.push(sign);
}

/** A dash counts before a number, and where it may be a minus; elsewhere it is a hyphen, or a pause. */
function pushDash(sign: string, before: string, after: string, tokens: string[]): void {
  const isBeforeNumber = /^\d/.test(after) || (isNumber(tokens.at(-1)) && /^\s*\d/.test(after));
  const isSpaced = /[-−]/.test(sign) && before.endsWith(" ") && after.startsWith(" ");
  const isBesideLetter = /(?<!\p{L})\p{L}$/u.test(before) || /^\p{L}(?!\p{L})/u.test(after);
  if (isBeforeNumber || isSpaced || isBesideLetter) tokens.push("-");
}

function pushStop(sign: string, tokens: string[]): void {
  const last = tokens.at(-1);
  const isAbbreviation = sign === "." && ABBREVIATIONS.has(last ?? "");
  if (last !== undefined && last !== "|" && !isAbbreviation) tokens.push("|");
}

function withoutLastStop(tokens: string[], text: string): string[] {
  while (tokens.at(-1) === "|" || tokens.at(-1) === ",") tokens.pop();
  return /\?[\s"'”’)!?.]*$/u.test(text) ? [...tokens, "?"] : tokens;
}
