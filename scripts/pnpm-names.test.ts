import { expect, test } from "vitest";
import { faultsOfNames } from "./pnpm-names.ts";

test("a script that pnpm never runs by its name is told", () => {
  expect(faultsOfNames(["start", "test", "doctor"], {})).toEqual([
    "The script doctor is never run by its name: pnpm has a command doctor.",
  ]);
});

test("so is a documented call of a command of pnpm's, and of no script at all", () => {
  const text = "`npx pnpm@12 start`, `npx --yes pnpm@12 doctor`, npx pnpm@12 keepsake doctor, npx pnpm@12 keepsaek now";
  expect(faultsOfNames(["start", "keepsake"], { "README.md": text })).toEqual([
    "README.md has npx pnpm@12 doctor, which is a command of pnpm's own.",
    "README.md has npx pnpm@12 keepsaek, and there is no such script.",
  ]);
});
