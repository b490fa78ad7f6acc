import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN = /^ks_([0-9a-z]{8})_([A-Za-z0-9_-]{43})$/;
const ID_CHARS = 8;
const ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const SECRET_BYTES = 32;

/** A token in its two parts: `ks_<id>_<secret>`. */
export interface TokenText {
  /** Public: the token is looked up by it, listed and audited. */
  readonly id: string;
  /** 256 random bits, in base64url. */
  readonly secret: string;
}

/** A new token. */
export function makeToken(): TokenText {
  // 252 is the largest multiple of 36 below 256, so that no letter is likelier than another.
  const letters = [...randomBytes(64)].filter((byte) => byte < 252).map((byte) => ID_ALPHABET[byte % 36]);
  return { id: letters.slice(0, ID_CHARS).join(""), secret: randomBytes(SECRET_BYTES).toString("base64url") };
}

/** As its holder keeps and sends it. */
export const formatToken = ({ id, secret }: TokenText): string => `ks_${id}_${secret}`;

/** @returns null for what cannot be a token, which is then looked up nowhere */
export function parseToken(text: string): TokenText | null {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : null;
}

/**
 * The only form in which a secret is stored, hex. A fast hash will do: 256 random bits are not guessed, and the key keeps
 * a stolen table from telling whether a token that turned up somewhere belongs to it.
 *
 * @param key the installation's `token_key`
 */
export function hashSecret(secret: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(secret).digest("hex");
}

/** Compares in constant time. @param secretHash as {@link hashSecret} made it */
export function isSecretOf(secret: string, secretHash: string, key: Uint8Array): boolean {
  const sent = Buffer.from(hashSecret(secret, key), "hex");
  const stored = Buffer.from(secretHash, "hex");
  return sent.length === stored.length && timingSafeEqual(sent, stored);
}
