/** Line ends to readers that follow Unicode and not JSON: JSON lets them stand in a text as they are. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** A value as one line of JSON, whatever the reader takes for the end of a line. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(LINE_ENDS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
