import { createHash } from "node:crypto";
import type { TextWarnings } from "@keepsake/contract";
import { LRUCache } from "lru-cache";
import { hidesCharacters, isReordered } from "./hidden-characters.ts";
import { instructs } from "./instruction-text.ts";

/** Shorter texts are looked through at once; a page of the longest would hold up everybody for a second. */
const LONG_CHARS = 1_000;
/** By fingerprint: what is erased leaves no word here. */
const ofLongTexts = new LRUCache<string, TextWarnings>({ max: 5_000 });

/** What a reader should know of a text before a model sees it. Not stored, so that better rules see old texts. */
export function toWarnings(text: string): TextWarnings {
  if (text.length < LONG_CHARS) return lookThrough(text);
  const key = createHash("sha256").update(text).digest("base64");
  const known = ofLongTexts.get(key);
  if (known) return [...known];
  const warnings = lookThrough(text);
  ofLongTexts.set(key, [...warnings]);
  return warnings;
}

function lookThrough(text: string): TextWarnings {
  const warnings: TextWarnings = [];
  if (instructs(text)) warnings.push("instructs");
  if (hidesCharacters(text)) warnings.push("hidden_characters");
  if (isReordered(text)) warnings.push("reordered");
  return warnings;
}
