import { toTokens } from "./tokens.ts";

/**
 * Makes each of the user's own names one token, such as `‹ann_marie›`, which no rule about words can touch: "May" the
 * person is then neither a month nor leave to do something.
 *
 * @param names people, rooms and devices, as the user writes them; the longest that fits wins
 */
export function lockNames(tokens: readonly string[], names: readonly string[]): readonly string[] {
  const words = tokens.map((token) => token.toLowerCase());
  const present = findPresent(words, names);
  if (present.length === 0) return tokens;
  const locked: string[] = [];
  for (let at = 0; at < tokens.length; ) {
    const name = present.find((parts) => parts.every((part, offset) => words[at + offset] === part));
    locked.push(name ? `‹${name.join("_")}›` : (tokens[at] ?? ""));
    at += name?.length ?? 1;
  }
  return locked;
}

/** The names that may be in the text, in tokens, the longest first. A user has many, and a text holds few. */
function findPresent(words: readonly string[], names: readonly string[]): string[][] {
  const text = words.join(" ");
  return names
    .filter((name) => text.includes(/[\p{L}\p{N}]+/u.exec(name)?.[0].toLowerCase() ?? name))
    .map((name) => toTokens(name.normalize("NFC")).map((token) => token.toLowerCase()))
    .filter((parts) => parts.length > 0)
    .sort((one, other) => other.length - one.length);
}

/** Whether a token is one of the user's names. */
export const isName = (token: string): boolean => token.startsWith("‹");

/** The token as the text had it. */
export const unlocked = (token: string): string => (isName(token) ? token.slice(1, -1) : token);
