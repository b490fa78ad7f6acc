import type { TextWarnings } from "@keepsake/contract";
import { hidesCharacters, isReordered } from "./hidden-characters.ts";
import { instructs } from "./instruction-text.ts";

/** What a reader should know of a text before a model sees it. Made anew each time, so that better rules see old texts. */
export function toWarnings(text: string): TextWarnings {
  const warnings: TextWarnings = [];
  if (instructs(text)) warnings.push("instructs");
  if (hidesCharacters(text)) warnings.push("hidden_characters");
  if (isReordered(text)) warnings.push("reordered");
  return warnings;
}
