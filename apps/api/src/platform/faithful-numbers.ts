import { DomainError } from "./domain-error.ts";

/** Numbers that JavaScript may not hold: with an exponent of three digits, or with sixteen digits before the point. */
const SUSPECTS = /(?<![\d.])-?(?:\d+(?:\.\d+)?[eE][+-]?\d{3,}|\d{16,}(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/**
 * Refuses whole numbers that no double holds (2^53 + 1), and numbers beyond all doubles (1e400, 1e-400): parsing would
 * make others of them, in silence. A fraction is taken as the double next to it, as every JSON parser does. Takes time
 * in proportion to the text's length, whatever it holds.
 *
 * @param json shallow JSON text; broken JSON passes, since whoever parses it tells of that
 * @throws DomainError `INVALID_INPUT` with the field
 */
export function assertFaithfulNumbers(json: string): void {
  const found = findUnfaithful(json);
  if (found === null) return;
  const path = fieldAt(json, found);
  if (path === null) return;
  const field = path.join(".");
  const message = "is a number that would change: send one that a 64-bit float holds, or text";
  throw new DomainError("INVALID_INPUT", `"${field}" ${message}.`, { issues: [{ path: field, message }] });
}

interface NumberAt {
  readonly at: number;
  readonly source: string;
}

function findUnfaithful(json: string): NumberAt | null {
  const reader = new StringReader(json);
  for (const { index: at, 0: source } of json.matchAll(SUSPECTS)) {
    if (!isFaithful(source) && !reader.isInString(at)) return { at, source };
  }
  return null;
}

function isFaithful(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return !/[1-9]/.test(source.split(/[eE]/, 1)[0] ?? "");
  // What is written shortest, as JavaScript does, may name a whole number beside the double and is read as it again.
  return !/^-?\d+$/.test(source) || String(value) === source || BigInt(source) === BigInt(value);
}

/** Tells what of a JSON text stands in strings, asked from its beginning to its end. */
class StringReader {
  readonly #json: string;
  #read = 0;
  #isInString = false;

  constructor(json: string) {
    this.#json = json;
  }

  isInString(at: number): boolean {
    for (; this.#read < at; this.#read += 1) {
      const char = this.#json[this.#read];
      if (char === '"') this.#isInString = !this.#isInString;
      else if (char === "\\" && this.#isInString) this.#read += 1;
    }
    return this.#isInString;
  }
}

/** Puts a mark where the number is, and looks for the mark. @returns null in broken JSON */
function fieldAt(json: string, { at, source }: NumberAt): readonly string[] | null {
  const mark = `unfaithful ${crypto.randomUUID()}`;
  try {
    const marked: unknown = JSON.parse(`${json.slice(0, at)}"${mark}"${json.slice(at + source.length)}`);
    return withoutWrapper(pathOf(marked, mark) ?? []);
  } catch {
    return null;
  }
}

function pathOf(value: unknown, wanted: string): string[] | null {
  if (value === wanted) return [];
  if (typeof value !== "object" || value === null) return null;
  const isList = Array.isArray(value);
  for (const key of isList ? value.keys() : Object.keys(value)) {
    const inner = pathOf((value as Record<string | number, unknown>)[key], wanted);
    if (inner) return [String(key), ...inner];
  }
  return null;
}

/** tRPC's body holds the input under `json`, a batch holds each under its number. */
function withoutWrapper(path: readonly string[]): readonly string[] {
  const at = /^\d+$/.test(path[0] ?? "") ? 1 : 0;
  return path[at] === "json" ? path.slice(at + 1) : path;
}
