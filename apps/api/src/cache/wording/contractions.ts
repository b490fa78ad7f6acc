const NEGATED = /\b(is|are|was|were|do|does|did|has|have|had|could|would|should|must|need|might)n'?t\b/gi;
/** "Who's eaten" is "who has eaten": before what may be a participle it stays as it is, and matches only itself. */
const IS =
  /\b(what|who|where|when|why|how|that|there|here|it|he|she)'s\b(?! (?!(?:seven|eleven|open|kitchen)\b)\w+(?:ed|en)\b| (?:been|got|gone|done|made|left|had|become|come|said)\b)/gi;
const TYPED_WITHOUT = /\b(what|where|how|who)s (?=(?:a|an|the|my|your|his|her|our|their|this|that|it)\b)/gi;

const REST: readonly (readonly [RegExp, string])[] = [
  [/\bcan'?t\b|\bcannot\b/gi, "can not"],
  [/\bwon'?t\b/gi, "will not"],
  [/\bo'clock\b/gi, "oclock"],
  [/'d (?=like\b|love\b)/gi, " would "],
  [/'m\b/gi, " am"],
  [/'re\b/gi, " are"],
  [/'ve\b/gi, " have"],
  [/'ll\b/gi, " will"],
];

/** Writes English short forms out ("isn't" becomes "is not"), so that a negation is always a word. */
export function expandContractions(text: string): string {
  const plain = text.replaceAll(/[’‘ʼ`´]/g, "'");
  const negated = plain.replaceAll(NEGATED, "$1 not").replaceAll(IS, "$1 is").replaceAll(TYPED_WITHOUT, "$1 is ");
  return REST.reduce((result, [form, full]) => result.replaceAll(form, full), negated);
}
