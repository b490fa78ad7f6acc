import { expect, test } from "vitest";
import { isFree, licenceOf } from "./licences.ts";
import { findUncheckedEntries } from "./lockfile.ts";
import { findLooseCatalog, findLooseVersions } from "./manifests.ts";
import { findSecrets } from "./secrets.ts";

const SHA = `sha512-${"A".repeat(86)}==`;

test.each(["1.2.3", "1.2.3-rc.1", "workspace:*", "catalog:"])("%s is one version", (version) => {
  expect(findLooseVersions("package.json", { dependencies: { some: version } })).toEqual([]);
});

test.each([
  "^1.2.3",
  "~1.2.3",
  "1.x",
  "*",
  "latest",
  ">=1",
  "git+https://example.org/a.git",
  "https://example.org/a.tgz",
])("%s may be another one tomorrow", (version) =>
  expect(findLooseVersions("package.json", { devDependencies: { some: version } })).toHaveLength(1),
);

test("the catalog has exact versions", () => {
  expect(findLooseCatalog('catalog:\n  zod: 4.6.7\n  "@trpc/server": 11.25.2\n\nallowBuilds:\n  node: true\n')).toEqual(
    [],
  );
  expect(findLooseCatalog("catalog:\n  zod: ^4.6.7\n")).toHaveLength(1);
});

test("every entry of a lockfile has a checksum and no address", () => {
  expect(findUncheckedEntries(`packages:\n\n  zod@4.6.7:\n    resolution: {integrity: ${SHA}}\n`)).toEqual([]);
  for (const resolution of [
    "{tarball: https://example.org/a.tgz}",
    `{integrity: ${SHA}, tarball: https://example.org/a}`,
    "{}",
  ]) {
    const faults = findUncheckedEntries(`packages:\n\n  zod@4.6.7:\n    resolution: ${resolution}\n`);
    expect(faults.length).toBeGreaterThan(0);
  }
  expect(findUncheckedEntries("")).toHaveLength(1);
});

test.each(["MIT", "Apache-2.0", "(MIT OR GPL-3.0)", "MIT AND ISC", "BSD-3-Clause"])("%s is free", (licence) =>
  expect(isFree(licence)).toBe(true),
);

test.each(["GPL-3.0", "AGPL-3.0-only", "MIT AND GPL-3.0", "SEE LICENSE IN LICENSE", "UNLICENSED", ""])(
  "%j is not",
  (licence) => expect(isFree(licence)).toBe(false),
);

test("an older package.json says its licence in an object", () => {
  expect(licenceOf({ license: { type: "MIT" } })).toBe("MIT");
  expect(licenceOf({})).toBe("");
});

test("a secret in a file is found and not repeated", () => {
  const secret = ["ks", "abcdefgh", "x".repeat(43)].join("_");
  const [fault] = findSecrets("notes.md", `the token is ${secret}`);
  expect(fault).toBe("notes.md holds what looks like a token of Keepsake's.");
  expect(findSecrets("notes.md", "tokens look like ks_…")).toEqual([]);
});
