/**
 * Whether an intent is one of those whose answers are never kept. Names are compared by their words, so that `turn_on`,
 * `TurnOn`, `turn-on` and `light.turn_on` are one.
 *
 * @param patterns intents; a `*` stands for any characters
 */
export function isNeverKept(intent: string, patterns: readonly string[]): boolean {
  // Home Assistant puts the domain before the service: `light.turn_on`.
  const names = [intent, intent.slice(intent.lastIndexOf(".") + 1)].map(toWords);
  return patterns.some((pattern) => names.some((name) => toPattern(pattern).test(name)));
}

const toWords = (name: string) =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}*]+/gu, "_");

const toPattern = (pattern: string) =>
  new RegExp(
    `^${toWords(pattern)
      .replace(/[^\p{L}\p{N}_*]/gu, "")
      .replace(/\*+/g, ".*")}$`,
    "u",
  );
