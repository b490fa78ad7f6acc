import { toTokens } from "./tokens.ts";

/**
 * Makes each of the user's own names one token, such as `‹ann marie›`, which no rule about words can touch: "May" the
 * person is then neither a month nor leave to do something.
 *
 * @param names people, rooms and devices, as the user writes them; the longest that fits wins
 */
export function lockNames(tokens: readonly string[], names: readonly string[]): readonly string[] {
  const text = ` ${tokens.join(" ").toLowerCase()} `;
  const present = names
    .map((name) => toTokens(name).join(" ").toLowerCase())
    .filter((name) => name !== "" && text.includes(` ${name} `))
    .sort((one, other) => other.length - one.length);
  if (present.length === 0) return tokens;
  return present.reduce(lock, text).trim().split(" ");
}

/** Spaces of a name become `_`, so that a shorter name inside of it is not found again. */
const lock = (text: string, name: string) => text.replaceAll(` ${name} `, ` ‹${name.replaceAll(" ", "_")}› `);

/** Whether a token is one of the user's names. */
export const isName = (token: string): boolean => token.startsWith("‹");

/** The token as the text had it. */
export const unlocked = (token: string): string => (isName(token) ? token.slice(1, -1) : token);
