/** A wording, and the one that stands for all wordings with the same meaning. */
export type Rewriting = readonly [wording: RegExp, standsFor: string];

/** Applies each rewriting once, in order. Texts are tokens with single spaces between them. */
export function rewrite(text: string, rewritings: readonly Rewriting[]): string {
  return rewritings.reduce((result, [wording, standsFor]) => result.replace(wording, standsFor), text);
}

/** Strips what stands in front, again and again ("hey, please, …"), as far as a question is left behind it. */
export function stripLead(text: string, lead: RegExp, opensQuestion: RegExp): string {
  let stripped = text;
  let rest = text;
  for (let match = lead.exec(rest); match; match = lead.exec(rest)) {
    rest = rest.slice(match[0].length);
    if (opensQuestion.test(rest)) stripped = rest;
  }
  return stripped;
}

/**
 * Replaces words by the one that stands for their group.
 *
 * @returns the text unchanged when two of its different words would become one: "is a couch a sofa" asks about both
 */
export function replaceWords(text: string, synonyms: ReadonlyMap<string, string>): string {
  const words = text.split(" ");
  const replaced = words.map((word) => synonyms.get(word) ?? word);
  const isMerging = new Set(words).size !== new Set(replaced).size;
  return isMerging ? text : replaced.join(" ");
}

/** From groups such as `"big large; begin start"`: every other word → the first of its group. */
export function toSynonyms(groups: string): ReadonlyMap<string, string> {
  const synonyms = new Map<string, string>();
  for (const group of groups.split(";")) {
    const [standsFor = "", ...words] = group.trim().split(/\s+/);
    for (const word of words) synonyms.set(word, standsFor);
  }
  return synonyms;
}

/** From a list with commas between its entries: the alternatives of a pattern. */
export const toAlternatives = (list: string): string => list.trim().split(/,\s*/).join("|");
