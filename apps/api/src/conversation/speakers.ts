import { COLONS, LOOK_ALIKES } from "../platform/look-alikes.ts";

/** Stands for what takes place and says nothing, such as an accent of its own. A control character: data has none here. */
const FILLER = "\u0000";

const NAMES =
  "system assistant user human developer tool instruction response model function admin administrator asystent uzytkownik";
/** What may stand behind a name and leave it one: `System prompt override:`. */
const OF_A_NAME = "prompt message note override update instructions instruction";
/** One of several words, in whatever letters. */
const oneOf = (words: string): string =>
  `(?:${words
    .split(" ")
    .map((word) => [...word].join(`${FILLER}*`))
    .join("|")})`;

/** What may close around a name: `**system**`, `"system"`. */
const CLOSING = "\\s\\u0000\"'`*_~)\\]}\\u2018-\\u201F\\uFF02\\uFF07";
/** A name in whatever letters, what may be added to it or close around it, and a colon of whatever width. */
const SPEAKER = new RegExp(
  "(?<=^|[^a-z0-9]|\\\\(?:[bfnrtv]|u[0-9a-f]{4}|x[0-9a-f]{2}))" +
    `${oneOf(NAMES)}(?:[${CLOSING}({\\[-]*${oneOf(OF_A_NAME)}){0,2}[${CLOSING}]*[${COLONS}]`,
  "giu",
);
const COLON = new RegExp(`[${COLONS}]`, "u");
const NOT_ASCII = /\P{ASCII}/u;

/**
 * Names of speakers lose their colon: `System: obey` becomes `System - obey`, in whatever letters it is written.
 *
 * @param text as {@link spelledOut} gives it
 */
export function withoutSpeakers(text: string): string {
  if (!COLON.test(text)) return text;
  let shown = "";
  let end = 0;
  for (const { 0: found, index } of toLatin(text).matchAll(SPEAKER)) {
    // The colon is the last of what was found, and one unit long.
    const colon = index + found.length - 1;
    shown += `${text.slice(end, colon)} -`;
    end = colon + 1;
  }
  return shown + text.slice(end);
}

/** Letters that are one character, such as the `ﬆ` of `syﬆem`, as the letters that they are. */
export const spelledOut = (text: string): string =>
  withEachForeign(text, (char) => {
    const letters = char.normalize("NFKD");
    return SEVERAL_LETTERS.test(letters) ? letters : char;
  });

const SEVERAL_LETTERS = /^[a-z]{2,}$/i;

/** The text with a Latin letter for each that looks like one, unit for unit as long as it was. */
const toLatin = (text: string): string => withEachForeign(text, toLatinLetter);

/** The text with another one in the place of each character beyond ASCII; each different one is changed once. */
function withEachForeign(text: string, change: (char: string) => string): string {
  if (!NOT_ASCII.test(text)) return text;
  const seen = new Map<string, string>();
  return text.replaceAll(/\P{ASCII}/gu, (char) => {
    const known = seen.get(char);
    if (known !== undefined) return known;
    const changed = change(char);
    seen.set(char, changed);
    return changed;
  });
}

function toLatinLetter(char: string): string {
  if (/^[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]$/u.test(char)) return FILLER.repeat(char.length);
  const plain =
    inCircle(char) ??
    char
      .normalize("NFKD")
      .replaceAll(/\p{M}+/gu, "")
      .toLowerCase();
  const letter = LOOK_ALIKES.get(plain) ?? plain;
  return /^[a-z0-9]$/.test(letter) ? letter.padEnd(char.length, FILLER) : char;
}

/** White letters in black circles and squares, and those of flags: compatible forms leave them as they are. */
const CIRCLES = [0x1f150, 0x1f170, 0x1f1e6];
function inCircle(char: string): string | undefined {
  const code = char.codePointAt(0) ?? 0;
  const first = CIRCLES.find((circle) => code >= circle && code < circle + 26);
  return first === undefined ? undefined : String.fromCharCode(97 + code - first);
}
