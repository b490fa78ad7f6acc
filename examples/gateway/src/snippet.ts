/** Characters of one line that a person reads at a glance, or two. */
const SNIPPET_CHARS_MAX = 400;

/** The local day, such as `2026-11-23`. */
export function isoDay(date: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(date);
}

/** A text on one line, cut where it gets long. */
export function snippet(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  if (line.length <= SNIPPET_CHARS_MAX) return line;
  return `${line.slice(0, SNIPPET_CHARS_MAX).replace(/\s\S*$/u, "")} …`;
}
