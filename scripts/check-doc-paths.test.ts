import { expect, test } from "vitest";
import { findNamedPaths } from "./check-doc-paths.ts";

const pathsIn = (text: string, document = "README.md"): string[] =>
  findNamedPaths(document, text).map(({ path }) => path);

test("finds quoted paths below a folder of the repository", () => {
  expect(pathsIn("See `apps/api/src/main.ts`, `./docs/decisions/` and `packages/*/src/index.ts`.")).toEqual([
    "apps/api/src/main.ts",
    "docs/decisions/",
    "packages/*/src/index.ts",
  ]);
});

test("takes a line number off", () => {
  expect(pathsIn("`packages/db/src/client.ts:12`")).toEqual(["packages/db/src/client.ts"]);
});

test("passes over commands, placeholders, generated folders and other people's paths", () => {
  const text =
    "`node scripts/start.ts`, `docs/decisions/NNNN-title.md`, `apps/<name>/src`, `apps/api/dist/main.js`, `src/a.ts`";
  expect(pathsIn(text)).toEqual([]);
});

test("passes over code blocks", () => {
  expect(pathsIn("```sh\ncat `apps/none.ts`\n```\n`bench/run.ts`")).toEqual(["bench/run.ts"]);
});

test("follows relative links from the document's own folder", () => {
  const text = "[one](0001-one.md#why) [plan](../operations.md) [web](https://example.org/docs/a) [here](#top)";
  expect(pathsIn(text, "docs/decisions/0002-two.md")).toEqual(["docs/decisions/0001-one.md", "docs/operations.md"]);
});
