import { expect, test } from "vitest";
import { formatToken, hashSecret, isSecretOf, makeToken, parseToken } from "./token-text.ts";

test("a token is its id and 256 bits, and is read back", () => {
  const token = makeToken();
  expect(formatToken(token)).toMatch(/^ks_[0-9a-z]{8}_[A-Za-z0-9_-]{43}$/);
  expect(parseToken(formatToken(token))).toEqual(token);
  expect(makeToken()).not.toEqual(token);
});

test.each([
  "",
  "ks_",
  "ks_abcdefgh_short",
  `ks_ABCDEFGH_${"a".repeat(43)}`,
  `ks_abcdefgh_${"a".repeat(44)}`,
  `ks_abcdefgh_${"a".repeat(42)}=`,
  ` ks_abcdefgh_${"a".repeat(43)}`,
  `ks_abcdefgh_${"a".repeat(43)}\n`,
  `ks_abcdefgh_${"ä".repeat(43)}`,
  "a".repeat(1_000_000),
])("what is no token is looked up nowhere (%#)", (text) => {
  expect(parseToken(text)).toBeNull();
});

test("a secret is recognised under its key alone", () => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const { secret } = makeToken();
  const hash = hashSecret(secret, key);
  expect(hash).not.toContain(secret);
  expect(isSecretOf(secret, hash, key)).toBe(true);
  expect(isSecretOf(`${secret.slice(0, 42)}_`, hash, key)).toBe(secret.endsWith("_"));
  expect(isSecretOf(secret, hash, other)).toBe(false);
  expect(isSecretOf(secret, "", key)).toBe(false);
});
