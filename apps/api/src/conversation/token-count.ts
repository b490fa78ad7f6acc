const BYTES_PER_TOKEN = 3;

/**
 * Tokens of a text as budgets count them: three bytes of UTF-8 each, rounded up. Real tokenizers need fewer for English
 * (about four bytes) and about as many for Polish, so that a context within its budget fits the model's window.
 */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The longest beginning of a text within so many tokens, ended at a word and marked as cut; empty for no room. */
export function cutToTokens(text: string, tokensMax: number): string {
  if (countTokens(text) <= tokensMax) return text;
  const bytesMax = tokensMax * BYTES_PER_TOKEN - Buffer.byteLength(ELLIPSIS);
  if (bytesMax <= 0) return "";
  // A character that the cut went through is left out whole.
  const kept = new TextDecoder().decode(Buffer.from(text).subarray(0, bytesMax), { stream: true });
  const atWord = kept.replace(/\s\S*$/u, "").trimEnd();
  return `${atWord === "" ? kept : atWord}${ELLIPSIS}`;
}

const ELLIPSIS = " …";
