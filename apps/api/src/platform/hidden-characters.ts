/**
 * Code points that a reader does not see, and that may hide words from a person or put them into another order for the
 * eye: zero-width characters, soft hyphens, the tag block (text in invisible letters), variation selectors without a
 * picture (a byte each), code points that nothing is drawn for though no letter has them yet, and the marks that set
 * writing direction (Unicode UAX #9; "Trojan Source", Boucher and Anderson, 2021).
 */
const REORDERING = "\u202A-\u202E\u2066-\u2069";
const ZERO_WIDTH = "\u200B\u2060-\u2065\u206A-\u206F\uFEFF\u00AD\u180E\u034F\u115F\u1160\u3164\uFFA0\uFFF0-\uFFFB";
/** The tag block, and what else of its plane is drawn as nothing. */
const TAGS = "\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}";
/** One chooses how the letter or picture before it is drawn; several in a row choose nothing. */
const SELECTORS = "\uFE00-\uFE0F\u{E0100}-\u{E01EF}";
/** Persian, Hindi, and pictures of several parts are written with them: hidden only between other letters. */
const JOINERS = "\u200C\u200D";
/** Khmer, Mongolian, shorthand and music are written with them: hidden only between other letters, too. */
const OF_OTHER_SCRIPTS = "\u17B4\u17B5\u180B-\u180D\u180F\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}";

/** Whatever Unicode says to draw as nothing, and the signs around annotations, which few draw. */
const ANY = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;
const REORDERS = new RegExp(`[${REORDERING}]`, "u");
/** Flags of parts of countries, such as Scotland, are a black flag, the part's code in tags, and an end: no more than that. */
const FLAG = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,7}\u{E007F}/gu;

const HIDES = new RegExp(
  [
    `[${ZERO_WIDTH}${TAGS}]`,
    `[${SELECTORS}][${JOINERS}]*[${SELECTORS}]`,
    // Those of the supplement are for ideographs and for nothing else.
    "(?<!\\p{Script=Han})[\u{E0100}-\u{E01EF}]",
    `(?<=[\\p{Script=Latin}\\p{Nd}])[${JOINERS}${OF_OTHER_SCRIPTS}]+(?=[\\p{Script=Latin}\\p{Nd}])`,
    // A digit may have one of its own, a Latin letter has none.
    `(?<=\\p{Script=Latin})[${SELECTORS}${JOINERS}${OF_OTHER_SCRIPTS}]+(?=\\p{Script=Latin})`,
  ].join("|"),
  "u",
);

/** Whether a text holds characters that nobody sees and that no writing needs there. */
export const hidesCharacters = (text: string): boolean => HIDES.test(text.replaceAll(FLAG, ""));

/** Whether a text holds characters that show it in another order than it has. */
export const isReordered = (text: string): boolean => REORDERS.test(text);

/** A text as it would be without characters that nobody sees; for looking at, never for storing. */
export const withoutHidden = (text: string): string => text.replaceAll(ANY, "");
