/** Licences that let anybody use and pass on, with no more asked than their text. */
const FREE = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "WTFPL",
  "Zlib",
]);

/** What a package.json says of its licence; older ones have an object. */
export interface Licensed {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
}

/** Whether an SPDX expression lets everybody do with it what we do. */
export function isFree(licence: string): boolean {
  const [first = "", ...others] = licence.replace(/[()]/g, "").split(/ OR /);
  const isAllowed = (text: string) => text.split(/ AND /).every((name) => FREE.has(name.trim()));
  return [first, ...others].some(isAllowed);
}

/** The licence as one expression; empty where the package says nothing. */
export const licenceOf = ({ license }: Licensed): string =>
  typeof license === "string" ? license : (license?.type ?? "");
