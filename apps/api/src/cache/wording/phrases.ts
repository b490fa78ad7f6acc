/**
 * A pattern for any of many phrases, written one group of alternatives a line, in the tokens of `toTokens`. It matches
 * whole words only.
 *
 * @param place `opening`: at the start only; `anywhere` else
 */
export function toPhrases(place: "opening" | "anywhere", ...lines: readonly string[]): RegExp {
  return new RegExp(`${place === "opening" ? "^" : "(?<![^ ])"}(?:${lines.join("|")})(?= |$)`, "u");
}
