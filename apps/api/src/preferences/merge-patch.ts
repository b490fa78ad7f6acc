import type { Json, JsonObject } from "@keepsake/contract";

/**
 * JSON Merge Patch (RFC 7396): objects are merged key by key at every level, `null` removes a key, anything else, arrays
 * too, takes the place of what was there. Changes neither argument.
 *
 * @param target what is there; undefined for nothing
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), change));
  }
  return Object.fromEntries(merged);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
