import { FORBIDDEN_KEYS, type Json, type JsonObject } from "@keepsake/contract";

/** Metadata as stored. What came by other ways than the contract may own keys on which superjson throws: left out. */
export function toMetadata(value: unknown): JsonObject | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return withoutForbiddenKeys(value) as JsonObject;
}

/** Any JSON as stored, with the same keys left out. */
export function toJson(value: unknown): Json {
  return withoutForbiddenKeys(value) as Json;
}

function withoutForbiddenKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForbiddenKeys);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !FORBIDDEN_KEYS.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutForbiddenKeys(inner)]));
}
