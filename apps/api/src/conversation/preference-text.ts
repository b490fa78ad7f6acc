import type { Json } from "@keepsake/contract";
import { asData } from "./context-marks.ts";

/**
 * A preference's value as JSON for a model's context. Its strings and keys are made data before they are JSON: afterwards
 * a line end is a backslash and a letter, and what begins behind it would no longer look like a word of its own.
 */
export function toShownJson(value: Json): string {
  if (typeof value === "string") return JSON.stringify(asData(value));
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toShownJson).join(",")}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${toShownJson(key)}:${toShownJson(inner)}`);
  return `{${entries.join(",")}}`;
}
