/** What secrets look like, by their makers' own beginnings. */
const SHAPES: readonly (readonly [name: string, shape: RegExp])[] = [
  ["a token of Keepsake's", /\bks_[A-Za-z0-9]{8,}_[A-Za-z0-9_-]{40,}/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64}/],
  ["a token of GitHub's", /\bgh[pousr]_[A-Za-z0-9]{36}/],
  ["a token of npm's", /\bnpm_[A-Za-z0-9]{36}/],
  ["a key of AWS's", /\bAKIA[0-9A-Z]{16}\b/],
  ["a key of a model's maker", /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{40,}/],
];

/** Tokens of the documented examples: no server has ever had them. */
const EXAMPLES = /\bks_(?:k3v9x0qa|p7w2m4ze)_[A-Za-z0-9_-]+/g;

/** Names the secrets that a file of the repository seems to hold, without repeating them. */
export function findSecrets(path: string, text: string): string[] {
  const rest = text.replace(EXAMPLES, "");
  return SHAPES.filter(([, shape]) => shape.test(rest)).map(([name]) => `${path} holds what looks like ${name}.`);
}
