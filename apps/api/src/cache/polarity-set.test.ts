import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mayShareAnswer } from "./question-guard.ts";

/** The pairs of one file of `apps/api/test/polarity`. */
function readPairs(file: string): (readonly [string, string])[] {
  const lines = readFileSync(new URL(`../../test/polarity/${file}`, import.meta.url), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [one, other] = line.split(" | ");
    return one !== undefined && other !== undefined ? [[one, other] as const] : [];
  });
}

const isShared = (one: string, other: string) => mayShareAnswer(one, other, []).ok;

describe.each(["never.txt", "held-out-never.txt"])("no answer is given to the other of a pair of %s", (file) => {
  test.each(readPairs(file))("%s | %s", (one, other) => {
    expect([isShared(one, other), isShared(other, one)]).toEqual([false, false]);
  });
});

test.each([
  ["should.txt", 0.95],
  ["held-out-should.txt", 0.85],
])("most questions of %s are known again in other words", (file, shareMin) => {
  const pairs = readPairs(file);
  const shared = pairs.filter(([one, other]) => isShared(one, other) && isShared(other, one));
  expect(shared.length / pairs.length).toBeGreaterThanOrEqual(shareMin);
});

test("the sets are as large as docs/performance.md says", () => {
  expect(readPairs("never.txt").length).toBeGreaterThanOrEqual(350);
  expect(readPairs("should.txt").length).toBeGreaterThanOrEqual(90);
});
