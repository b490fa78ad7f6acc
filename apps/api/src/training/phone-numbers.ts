/** What people write between the digits of a number. */
const GAP = "[ \\u00a0.()/‐‑‒–-]{0,3}";
const DASH = "[ \\u00a0.‐‑‒–-]";
const ABROAD = "(?:[+＋]|(?<![\\p{L}\\p{N}])00)";

/** Each form has one way to match at a place, so that no text takes long. */
const FORMS = [
  // Poland's and the United States' numbers have a known length: the next number after them is not theirs.
  `${ABROAD}${GAP}4${GAP}8(?:${GAP}\\d){9}`,
  `${ABROAD}${GAP}1(?:${GAP}\\d){10}`,
  `${ABROAD}(?:${GAP}\\d){8,14}`,
  // 601 234 567, 601234567, 48 601 234 567
  `(?:48${DASH}?)?\\d{3}(${DASH}?)\\d{3}\\1\\d{3}`,
  // 22 123 45 67, (22) 123 45 67, 22 1234567
  `(?:\\(0?${DASH}?\\d{2}\\)${DASH}?|\\d{2}${DASH})\\d{3}(?:${DASH}\\d{2}${DASH}\\d{2}|\\d{4})`,
  // (415) 555-2671, 415-555-2671, 1 415 555 2671
  `(?:1${DASH}?)?(?:\\(\\d{3}\\)${DASH}?|\\d{3}${DASH})\\d{3}${DASH}\\d{4}`,
  // 4155552671: neither code may begin with 0 or 1, as most other numbers of ten digits do.
  "1?[2-9]\\d{2}[2-9]\\d{6}",
];

/** Neither a part of a longer number or word, nor of a decimal, a time or an address of the internet. */
const NUMBER = new RegExp(`(?<![\\p{L}\\p{N}_])(?<!\\d[.,:])(?:${FORMS.join("|")})(?!\\d|[.,:]\\d)`, "gu");

/**
 * Replaces telephone numbers: international ones (`+48 …`, `0048 …`), and those in the forms that are written in Poland
 * and in the United States. Everything of another form stays: amounts, temperatures, dates and times, but also local
 * numbers of other countries. Nine digits, in threes or at a stretch, are always taken for a number.
 */
export function replacePhoneNumbers(text: string, replacement: string): string {
  return text.replace(NUMBER, replacement);
}
