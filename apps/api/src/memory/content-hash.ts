import { createHash } from "node:crypto";

/**
 * What makes two contents the same memory: composed Unicode (NFC), no outer white space, inner white space as one
 * space. Case and punctuation count.
 */
function normalForm(content: string): string {
  return content.normalize("NFC").trim().replace(/\s+/gu, " ");
}

/** SHA-256 of the normal form, 64 hex digits. */
export function contentHash(content: string): string {
  return createHash("sha256").update(normalForm(content)).digest("hex");
}
