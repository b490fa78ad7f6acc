import { KEY_WITH_BACKSLASH } from "@keepsake/contract";
import { DomainError } from "./domain-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** A backslash as a JSON string tells it. */
const TOLD_BACKSLASH = /\\(?:\\|u005c)/iy;
const WHITE_SPACE = /[ \t\n\r]*/y;

/**
 * Refuses keys with a backslash in them, before anything is parsed: `JSON.parse` of Node 24 (V8 13.6), once it has met
 * the key `\` behind certain others, takes `"\n"`, `"\""` and every other key that is told with an escape for it, in this
 * text and in those of all other callers (`faithful-keys.test.ts` shows it). Takes time in proportion to the text's length.
 *
 * @param json shallow JSON text; broken JSON passes, since whoever parses it tells of that
 * @throws DomainError `INVALID_INPUT` with the key
 */
export function assertFaithfulKeys(json: string): void {
  const key = findKeyWithBackslash(json);
  if (key === null) return;
  const issues = [{ path: key, message: KEY_WITH_BACKSLASH }];
  throw new DomainError("INVALID_INPUT", `The key "${key}" ${KEY_WITH_BACKSLASH}.`, { issues });
}

/** @returns the first one as the text tells it, with its escapes */
function findKeyWithBackslash(json: string): string | null {
  if (!json.includes("\\")) return null;
  for (let start = json.indexOf('"'); start !== -1; ) {
    const { end, hasBackslash } = readString(json, start + 1);
    if (hasBackslash && isKey(json, end)) return json.slice(start + 1, end);
    start = json.indexOf('"', end + 1);
  }
  return null;
}

/** @param at behind the string's opening quote */
function readString(json: string, at: number): { end: number; hasBackslash: boolean } {
  let hasBackslash = false;
  let end = at;
  while (end < json.length && json.charCodeAt(end) !== QUOTE) {
    const isEscape = json.charCodeAt(end) === BACKSLASH;
    if (isEscape) hasBackslash ||= isFoundAt(TOLD_BACKSLASH, json, end);
    end += isEscape ? 2 : 1;
  }
  return { end, hasBackslash };
}

/** @param quote where its closing quote stands */
function isKey(json: string, quote: number): boolean {
  isFoundAt(WHITE_SPACE, json, quote + 1);
  return json[WHITE_SPACE.lastIndex] === ":";
}

function isFoundAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
