import { withoutHidden } from "./hidden-characters.ts";
import { FORM_SIGNS, type InstructionSign, WORD_SIGNS } from "./instruction-signs.ts";
import { COLONS, LOOK_ALIKES } from "./look-alikes.ts";

const LOOK_ALIKE = new RegExp(`[${[...LOOK_ALIKES.keys()].join("")}]`, "gu");
const COLON = new RegExp(`[${COLONS}]`, "gu");
/** A word of one script with letters of another in it. */
const MIXED =
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u;

/** Text as words are looked for in it: compatible forms, no diacritics, nothing hidden, typographic marks made plain. */
function toPlain(text: string): string {
  const shown = withoutHidden(text)
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase();
  const latin = MIXED.test(shown) ? shown.replaceAll(LOOK_ALIKE, (letter) => LOOK_ALIKES.get(letter) ?? letter) : shown;
  return latin
    .replaceAll("ł", "l")
    .replaceAll(/[’‘ʼ`]/gu, "'")
    .replaceAll(COLON, ":")
    .replaceAll(/\r\n?|[\u2028\u2029\u0085\v\f]/gu, "\n");
}

/** Base64 that is long enough to say something. */
const ENCODED = /[A-Za-z0-9+/_-]{40,}={0,2}/g;
const READABLE = /^[\p{L}\p{N}\p{P}\p{Zs}\n\r\t]+$/u;
const ENCODED_MAX = 8;

function* decoded(text: string): Generator<string> {
  for (const [piece] of [...withoutHidden(text).matchAll(ENCODED)].slice(0, ENCODED_MAX)) {
    const inner = Buffer.from(piece, "base64").toString("utf8");
    if (READABLE.test(withoutHidden(inner))) yield inner;
  }
}

/**
 * What in a text tries to instruct a model instead of telling something, in English and Polish: an order to drop what it
 * was told, another role, a faked speaker or mark, secrecy towards the user, sending things away. Also what is written so
 * in look-alike letters, between hidden characters, or in Base64.
 *
 * A guess by wording, which a patient writer gets around: whoever shows a text to a model has to mark it as data all the
 * same (docs/decisions/0025-keys-and-trust.md has the figures).
 *
 * @returns signs, each once; none for an ordinary text
 */
export function findInstructions(text: string): InstructionSign[] {
  const signs = new Set(signsOf(text));
  for (const inner of decoded(text)) for (const sign of signsOf(inner)) signs.add(sign);
  return [...signs];
}

function signsOf(text: string): InstructionSign[] {
  const lines = toPlain(text);
  const words = lines.replaceAll(/\s+/gu, " ");
  const found = [
    ...WORD_SIGNS.filter(([, pattern]) => pattern.test(words)),
    ...FORM_SIGNS.filter(([, pattern]) => pattern.test(lines)),
  ];
  return found.map(([sign]) => sign);
}

/** Whether a text tries to instruct a model. */
export const instructs = (text: string): boolean => findInstructions(text).length > 0;
