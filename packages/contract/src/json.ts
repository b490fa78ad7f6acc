import { z } from "zod";
import * as limits from "./limits.ts";

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/**
 * Keys that are refused everywhere: superjson throws on any object that owns one, so that one stored key would break
 * every later answer that contains it.
 */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What is wrong with a key that has a backslash in it: see the server's `faithful-keys.ts`. */
export const KEY_WITH_BACKSLASH = "must not contain a backslash: JSON readers take other keys for it";

/** Whether a name can be the key of an object, for everybody who reads it. */
export const isSafeKey = (key: string): boolean => !FORBIDDEN_KEYS.has(key) && !key.includes("\\");

const NUL = String.fromCharCode(0);

interface JsonLimits {
  /** Levels of nesting. */
  readonly depthMax: number;
  /** Keys of all objects together. */
  readonly keysMax: number;
  /** Bytes as JSON in UTF-8. */
  readonly bytesMax: number;
}

type Fault = { path: PropertyKey[]; message: string };

function textFault(value: string, path: PropertyKey[]): Fault | null {
  if (value.includes(NUL)) return { path, message: "must not contain a NUL character (U+0000)" };
  if (!value.isWellFormed()) return { path, message: "must be well-formed Unicode" };
  return null;
}

/** Looks for the first thing in a value that JSON or PostgreSQL's jsonb cannot hold faithfully. */
class FaultFinder {
  readonly #limits: JsonLimits;
  #keys = 0;

  constructor(jsonLimits: JsonLimits) {
    this.#limits = jsonLimits;
  }

  find(value: unknown): Fault | null {
    const { keysMax, bytesMax } = this.#limits;
    const fault = this.#inValue(value, []);
    if (fault) return fault;
    if (this.#keys > keysMax) return { path: [], message: `must have at most ${keysMax} keys` };
    if (new TextEncoder().encode(JSON.stringify(value)).length > bytesMax) {
      return { path: [], message: `must be at most ${bytesMax} bytes as JSON` };
    }
    return null;
  }

  #inValue(value: unknown, path: PropertyKey[]): Fault | null {
    const { depthMax } = this.#limits;
    if (path.length > depthMax) return { path, message: `must nest at most ${depthMax} levels` };
    if (value === null || typeof value === "boolean") return null;
    if (typeof value === "string") return textFault(value, path);
    if (typeof value === "number") return Number.isFinite(value) ? null : { path, message: "must be a finite number" };
    if (Array.isArray(value)) return this.#inEntries(value.entries(), path);
    if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) {
      return { path, message: "must be plain JSON" };
    }
    return this.#inEntries(Object.entries(value), path);
  }

  #inEntries(entries: Iterable<[PropertyKey, unknown]>, path: PropertyKey[]): Fault | null {
    for (const [key, value] of entries) {
      const at = [...path, key];
      const fault = (typeof key === "string" && this.#inKey(key, at)) || this.#inValue(value, at);
      if (fault) return fault;
    }
    return null;
  }

  #inKey(key: string, path: PropertyKey[]): Fault | null {
    this.#keys += 1;
    if (FORBIDDEN_KEYS.has(key)) return { path, message: `the key "${key}" is not allowed` };
    return isSafeKey(key) ? textFault(key, path) : { path, message: KEY_WITH_BACKSLASH };
  }
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Any JSON value within limits, kept as it came. `undefined` is no JSON. */
export function jsonValue(jsonLimits: JsonLimits): z.ZodType<Json, Json> {
  return z
    .custom<Json>((value) => value !== undefined, "is missing")
    .superRefine((value, ctx) => {
      const fault = new FaultFinder(jsonLimits).find(value);
      if (fault) ctx.addIssue({ code: "custom", ...fault });
    });
}

/**
 * A small JSON object that belongs to the caller and is given back as it came: at most 8 levels, 64 keys and 16 KiB.
 */
export const Metadata: z.ZodType<JsonObject, JsonObject> = z
  .custom<JsonObject>()
  .superRefine((value, ctx) => {
    const fault: Fault | null = isObject(value)
      ? new FaultFinder({
          depthMax: limits.METADATA_DEPTH_MAX,
          keysMax: limits.METADATA_KEYS_MAX,
          bytesMax: limits.METADATA_BYTES_MAX,
        }).find(value)
      : { path: [], message: "must be a JSON object" };
    if (fault) ctx.addIssue({ code: "custom", ...fault });
  })
  // For JSON Schema, which cannot see into the check.
  .meta({ type: "object" });
