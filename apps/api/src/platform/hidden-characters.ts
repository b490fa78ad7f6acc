/**
 * Code points that a reader does not see, and that may hide words from a person or put them into another order for the
 * eye: zero-width characters, soft hyphens, the tag block (text in invisible letters), variation selectors without a
 * picture, and the marks that set writing direction (Unicode UAX #9; "Trojan Source", Boucher and Anderson, 2021).
 */
const REORDERING = "\u202A-\u202E\u2066-\u2069";
const DIRECTION_MARKS = "\u200E\u200F\u061C";
const ZERO_WIDTH = "\u200B\u2060-\u2064\uFEFF\u00AD\u180E\u034F\u115F\u1160\u3164\uFFA0";
const TAGS = "\u{E0000}-\u{E007F}";
/** Some scripts (Persian, Hindi) and pictures of several parts are written with them: hidden only between other letters. */
const JOINERS = "\u200C\u200D";

const ANY = new RegExp(`[${REORDERING}${DIRECTION_MARKS}${ZERO_WIDTH}${TAGS}${JOINERS}\uFE00-\uFE0F]`, "gu");
const REORDERS = new RegExp(`[${REORDERING}]`, "u");
/** Flags of England, Scotland and Wales are a black flag and tags. */
const FLAG = /\u{1F3F4}[\u{E0020}-\u{E007F}]+/gu;
const HIDES = new RegExp(
  `[${ZERO_WIDTH}${TAGS}]|(?<=[\\p{Script=Latin}\\p{Nd}])[${JOINERS}](?=[\\p{Script=Latin}\\p{Nd}])`,
  "u",
);

/** Whether a text holds characters that nobody sees and that no writing needs there. */
export const hidesCharacters = (text: string): boolean => HIDES.test(text.replaceAll(FLAG, ""));

/** Whether a text holds characters that show it in another order than it has. */
export const isReordered = (text: string): boolean => REORDERS.test(text);

/** A text as it would be without characters that nobody sees; for looking at, never for storing. */
export const withoutHidden = (text: string): string => text.replaceAll(ANY, "");
