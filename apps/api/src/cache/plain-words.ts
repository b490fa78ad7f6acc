import { expandContractions } from "./wording/contractions.ts";
import { withoutDiacritics } from "./wording/diacritics.ts";
import { isNumber, toTokens } from "./wording/tokens.ts";

/** A text's clauses, each as its words in lower case, without diacritics and short forms; a number is `#`. */
export function toClauses(text: string): string[] {
  const tokens = toTokens(expandContractions(text.normalize("NFC")));
  const words = tokens.map((token) => (isNumber(token) ? "#" : withoutDiacritics(token.toLowerCase())));
  return words
    .join(" ")
    .split(/ ?[,|?!] ?/)
    .map((clause) => clause.replaceAll(/^[^\p{L}#]+|[^\p{L}#]+$/gu, ""))
    .filter((clause) => clause !== "");
}
