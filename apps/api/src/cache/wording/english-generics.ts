import { toWordList } from "./word-list.ts";

/** Behind one of these a plural names certain things, not the kind. */
const PICKS_OUT = toWordList(`
  's all any both each every few her his its many more most much my no other our several some that the their these
  this those your ‹`);

/** What is said of a person or a named thing is said of it alone. */
const NAMES_ONE = /\b(?:i|me|my|mine|we|us|our|you|your|he|him|his|she|her|they|them|their|it|its)\b|‹/;

/** Plurals that are another word than their singular. */
const OTHER_IN_PLURAL = toWordList(`
  arms blues bonds boxers brains briefs checkers chips colors contents crackers customs draughts forces friends funds
  glasses goods greens grounds jeans letters looks manners means minutes news odds pants premises quarters savings
  scales shades shorts spectacles spirits stairs stocks terms tights times trousers weights windows woods works`);

/**
 * Makes "a spider" and bare "spiders" the same word, `~spider`, in questions about a kind: "how many legs does a spider
 * have". Elsewhere one and several stay apart.
 */
export function joinKinds(text: string): string {
  if (!/^(?:how|what|why) /.test(text) || NAMES_ONE.test(text)) return text;
  if (/\b(?:is|does)\b/.test(text)) return joinSingulars(text);
  return /\b(?:are|do)\b/.test(text) ? joinPlurals(text.split(" ")).join(" ") : text;
}

/** "What is a black hole": what stands behind the article to the end is the kind, with its noun last. */
const joinSingulars = (text: string) =>
  text.replace(/^(what is )an? ((?:\p{L}+ ){0,2})(\p{L}+)$/u, "$1$2~$3").replaceAll(/(?<![^ ])an? (\p{L}+)/gu, "~$1");

function joinPlurals(words: readonly string[]): string[] {
  return words.map((word, at) => {
    const before = words[at - 1] ?? "";
    const isKind = !PICKS_OUT.has(before) && !before.startsWith("#") && !OTHER_IN_PLURAL.has(word);
    const singular = isKind ? toSingular(word) : null;
    return singular === null ? word : `~${singular}`;
  });
}

/** @returns null for a word that does not look like a plural */
function toSingular(word: string): string | null {
  if (!/^\p{L}{3,}s$/u.test(word) || /(?:ss|us|is)$/.test(word)) return null;
  if (/(?:ch|sh|x|ss|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("ies") && word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}
