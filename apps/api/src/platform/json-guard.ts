import { FORBIDDEN_KEYS, WIRE_DEPTH_MAX, WIRE_KEYS_MAX } from "@keepsake/contract";
import { DomainError } from "./domain-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The deepest nesting of a JSON text, found in one pass without parsing it. Stops counting past `depthMax`. */
export function jsonDepth(json: string, depthMax: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length && deepest <= depthMax; at += 1) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === BACKSLASH) at += 1;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === OPEN_BRACKET || char === OPEN_BRACE) deepest = Math.max(deepest, ++depth);
    else if (char === CLOSE_BRACKET || char === CLOSE_BRACE) depth -= 1;
  }
  return deepest;
}

/**
 * Refuses deep JSON before it is parsed: a megabyte of brackets costs a second of parsing, overflows the stack when it
 * is written again, and wedges the embedded database.
 */
export function assertShallow(json: string): void {
  if (jsonDepth(json, WIRE_DEPTH_MAX) <= WIRE_DEPTH_MAX) return;
  throw new DomainError("INVALID_INPUT", `The JSON nests deeper than ${WIRE_DEPTH_MAX} levels.`);
}

/**
 * Refuses keys that superjson could never give back (see `FORBIDDEN_KEYS`), and objects of more keys than any input has:
 * looking at each of a hundred thousand takes seconds. Expects shallow JSON.
 */
export function assertSafeKeys(value: unknown): void {
  const fault = findKeyFault(value);
  if (fault === null) return;
  const at = fault.path.join(".");
  const issues = [{ path: at, message: fault.message }];
  throw new DomainError("INVALID_INPUT", `"${at}": ${fault.message}.`, { issues });
}

interface KeyFault {
  readonly path: string[];
  readonly message: string;
}

/** Makes the path only where there is a fault: a list of half a million values is looked through for every call. */
function findKeyFault(value: unknown): KeyFault | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return findIn(value, value.keys());
  const keys = Object.keys(value);
  if (keys.length > WIRE_KEYS_MAX) return { path: [], message: `must have at most ${WIRE_KEYS_MAX} keys` };
  return findIn(value, keys);
}

function findIn(value: object, keys: Iterable<string | number>): KeyFault | null {
  for (const key of keys) {
    if (FORBIDDEN_KEYS.has(key as string)) return { path: [String(key)], message: `the key "${key}" is not allowed` };
    const inner = findKeyFault((value as Record<string | number, unknown>)[key]);
    if (inner) return { path: [String(key), ...inner.path], message: inner.message };
  }
  return null;
}
