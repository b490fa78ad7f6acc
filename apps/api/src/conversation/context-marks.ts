import { withoutHidden } from "../platform/hidden-characters.ts";
import { spelledOut, withoutSpeakers } from "./speakers.ts";

/** Characters that look like `<` or `>`, and those that compatible forms turn into them. */
const LIKE_OPENING =
  /[<\u2329\u232A\u27E8\u27E9\u27EA\u27EB\u02C2\u02C3\u1438\u1433\u16B2\u276C-\u2771\u29FC\u29FD\uFE3D-\uFE40\uFE64\uFE65\uFF1C\uFF1E\u{1D236}\u{1D237}>]/gu;

/** Quotation marks of many languages, where they stand around our mark's own name. */
const QUOTED_MARK =
  /[\u2039\u203A\u00AB\u00BB\u3008-\u300B](?=\s*(?:\/\s*)?memory\b)|(?<=\bmemory\s*(?:\/\s*)?)[\u2039\u203A\u00AB\u00BB\u3008-\u300B]/giu;

/** Whatever ends a line, for some reader or other, and what moves a printer or a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const LINE_ENDS_AND_CONTROLS = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/gu;

/** Names between the bars of chat templates of well-known models. */
const BETWEEN_BARS =
  "(?:im_start|im_end|system|user|assistant|end|eot_id|endoftext|begin_of_text|start_header_id|end_header_id)";

/** What chat templates and prompts put between their parts; two marks may have one bar in common. */
const TEMPLATE = new RegExp(
  String.raw`\[\/?(?:INST|SYS)\]|\|(?=${BETWEEN_BARS}\|)|(?<=\|${BETWEEN_BARS})\||#{2,}`,
  "giu",
);

/** The wide bar, which some templates have in the place of the common one. */
const WIDE_BAR = "\uFF5C";

/**
 * Data as it stands inside a mark of the context: on one line, without an angle bracket or what looks like one, without
 * characters that nobody sees or that turn the order round, and without what models take for another speaker. Only what is
 * shown to the model is changed, never what is stored. `&` stays: nothing decodes it, and it is common in what people say.
 */
export function asData(text: string): string {
  // Spelled out before anything is looked for: afterwards it would spell marks that nobody looks for any more.
  const shown = spelledOut(withoutHidden(text))
    .replaceAll(LINE_ENDS_AND_CONTROLS, " ")
    .replaceAll(LIKE_OPENING, (bracket) => (OPENS.has(bracket) ? "&lt;" : "&gt;"))
    .replaceAll(QUOTED_MARK, "'")
    .replaceAll(WIDE_BAR, "|")
    .replaceAll(TEMPLATE, (mark) => mark.replaceAll(/[[\]|#]/g, (sign) => PLAIN[sign] ?? sign));
  return withoutSpeakers(shown);
}

const OPENS = new Set([..."<〈⟨⟪˂ᐸᚲ❬❮❰⧼︽︿﹤＜"]);
const PLAIN: Readonly<Record<string, string>> = { "[": "(", "]": ")", "|": "/", "#": "*" };

/** Data as it stands in an attribute of a mark, between quotation marks. */
export const asAttribute = (text: string): string =>
  asData(text).replaceAll(/["\u201C\u201D\u201E\u201F\u2033\uFF02]/gu, "'");
