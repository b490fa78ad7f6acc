import { FORBIDDEN_KEYS, WIRE_DEPTH_MAX } from "@keepsake/contract";
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

/** Refuses keys that superjson could never give back; see `FORBIDDEN_KEYS`. Expects shallow JSON. */
export function assertSafeKeys(value: unknown): void {
  const path = findForbiddenKey(value);
  if (path === null) return;
  const at = path.join(".");
  const message = `the key "${path.at(-1)}" is not allowed`;
  throw new DomainError("INVALID_INPUT", `"${at}": ${message}.`, { issues: [{ path: at, message }] });
}

/** Makes the path only where there is one: a list of half a million values is looked through for every call. */
function findForbiddenKey(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null) return null;
  const isList = Array.isArray(value);
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (FORBIDDEN_KEYS.has(key as string)) return [String(key)];
    const inner = findForbiddenKey((value as Record<string | number, unknown>)[key]);
    if (inner) return [String(key), ...inner];
  }
  return null;
}
