import { z } from "zod";
import { METADATA_BYTES_MAX, METADATA_DEPTH_MAX, METADATA_KEYS_MAX } from "./limits.ts";

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/**
 * Keys that are refused everywhere: superjson throws on any object that owns one, so that one stored key would break
 * every later answer that contains it.
 */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const NUL = String.fromCharCode(0);

type Fault = { path: PropertyKey[]; message: string };

function textFault(value: string, path: PropertyKey[]): Fault | null {
  if (value.includes(NUL)) return { path, message: "must not contain a NUL character (U+0000)" };
  if (!value.isWellFormed()) return { path, message: "must be well-formed Unicode" };
  return null;
}

/** The first thing in a value that JSON or PostgreSQL's jsonb cannot hold faithfully, or null. Counts keys on its way. */
function findFault(value: unknown, path: PropertyKey[], count: { keys: number }): Fault | null {
  if (path.length > METADATA_DEPTH_MAX) return { path, message: `must nest at most ${METADATA_DEPTH_MAX} levels` };
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "string") return textFault(value, path);
  if (typeof value === "number") return Number.isFinite(value) ? null : { path, message: "must be a finite number" };
  if (Array.isArray(value)) return findFirst(value.entries(), path, count);
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) {
    return { path, message: "must be plain JSON" };
  }
  return findFirst(Object.entries(value), path, count);
}

function findFirst(entries: Iterable<[PropertyKey, unknown]>, path: PropertyKey[], count: { keys: number }) {
  for (const [key, value] of entries) {
    const at = [...path, key];
    if (typeof key === "string") {
      count.keys += 1;
      if (FORBIDDEN_KEYS.has(key)) return { path: at, message: `the key "${key}" is not allowed` };
      const keyFault = textFault(key, at);
      if (keyFault) return keyFault;
    }
    const fault = findFault(value, at, count);
    if (fault) return fault;
  }
  return null;
}

/**
 * A small JSON object that belongs to the caller and is given back as it came: at most 8 levels, 64 keys and 16 KiB.
 */
export const Metadata: z.ZodType<JsonObject, JsonObject> = z.custom<JsonObject>().superRefine((value, ctx) => {
  const add = (fault: Fault) => ctx.addIssue({ code: "custom", path: fault.path, message: fault.message });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return add({ path: [], message: "must be a JSON object" });
  }
  const count = { keys: 0 };
  const fault = findFault(value, [], count);
  if (fault) return add(fault);
  if (count.keys > METADATA_KEYS_MAX) return add({ path: [], message: `must have at most ${METADATA_KEYS_MAX} keys` });
  if (Buffer.byteLength(JSON.stringify(value)) > METADATA_BYTES_MAX) {
    add({ path: [], message: `must be at most ${METADATA_BYTES_MAX} bytes as JSON` });
  }
});
