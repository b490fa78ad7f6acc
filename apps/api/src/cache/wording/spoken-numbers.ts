import type { NumberWords } from "./number-words.ts";
import { isNumber } from "./tokens.ts";

interface Reading {
  readonly value: number;
  /** How many tokens the number takes. */
  readonly length: number;
}

/** Turns number words into numbers: "twenty-one point five" and "21.5" are then the same token, `#21.5`. */
export function readNumbers(tokens: readonly string[], words: NumberWords): string[] {
  const read: string[] = [];
  for (let at = 0; at < tokens.length; ) {
    const { value, length } = readOne(tokens, at, words);
    read.push(length > 0 ? `#${value}` : (tokens[at] ?? ""));
    at += Math.max(length, 1);
  }
  return withDecimals(read, words.point).reduce<string[]>(withMinus, []);
}

/** The longest number that begins here: each part is smaller than the one before, and "two five" is two numbers. */
function readOne(tokens: readonly string[], from: number, words: NumberWords): Reading {
  let total = 0;
  let part = -1;
  let below = 1000;
  let limit = Number.POSITIVE_INFINITY;
  let at = from;
  for (; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    const value = words.values.get(token) ?? digits(tokens, at, words);
    const multiplier = words.multipliers.get(token);
    if (value !== undefined && value < below && (value > 0 || at === from)) {
      part = Math.max(part, 0) + value;
      below = placeOf(value);
    } else if (multiplier === 100 && part < 10 && part !== 0 && below > 0) {
      part = Math.abs(part) * 100;
      below = 100;
    } else if (multiplier !== undefined && multiplier > 100 && multiplier < limit) {
      total += Math.abs(part) * multiplier;
      part = -1;
      below = 1000;
      limit = multiplier;
    } else if (!isJoint(tokens, at, from, words)) break;
  }
  return { value: total + Math.max(part, 0), length: at - from };
}

/** What may still follow in the same number: units after tens, tens after hundreds. */
function placeOf(value: number): number {
  if (value >= 100) return 100;
  return value >= 20 ? 10 : 1;
}

/** "5 million" is read on from its digits. */
function digits(tokens: readonly string[], at: number, words: NumberWords): number | undefined {
  const isCounted = words.multipliers.has(tokens[at + 1] ?? "");
  return isCounted && /^#\d{1,3}$/.test(tokens[at] ?? "") ? Number(tokens[at]?.slice(1)) : undefined;
}

/** "One hundred and five" is one number; "five and six" are two. */
function isJoint(tokens: readonly string[], at: number, from: number, words: NumberWords): boolean {
  const followsMultiplier = at > from && words.multipliers.has(tokens[at - 1] ?? "");
  return tokens[at] === words.joint && followsMultiplier && words.values.has(tokens[at + 1] ?? "");
}

function withDecimals(tokens: readonly string[], point: string): string[] {
  const joined: string[] = [];
  let isFraction = false;
  for (const [at, token] of tokens.entries()) {
    const last = joined.at(-1) ?? "";
    const isPoint = token === point && /^#\d+$/.test(last) && /^#\d$/.test(tokens[at + 1] ?? "");
    if (isPoint) joined.push(`${joined.pop()}.`);
    else if (isFraction && /^#\d$/.test(token)) joined.push(`${joined.pop()}${token.slice(1)}`);
    else joined.push(token);
    isFraction = isPoint || (isFraction && /^#\d$/.test(token));
  }
  return joined;
}

/** "Minus five" is -5; between two numbers it stays a word. */
function withMinus(tokens: string[], token: string): string[] {
  const isSign = tokens.at(-1) === "minus" && !isNumber(tokens.at(-2)) && /^#\d/.test(token);
  if (isSign) tokens.pop();
  tokens.push(isSign ? `#-${token.slice(1)}` : token);
  return tokens;
}
