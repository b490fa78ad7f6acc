import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance } from "./edit-distance.ts";

const word = fc.array(fc.constantFrom("a", "b", "c", "ł", "👩"), { maxLength: 7 }).map((letters) => letters.join(""));

describe("the distance of two words", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["office", "office", 0],
    ["office", "ofice", 1],
    ["office", "offcie", 1],
    ["office", "offise", 1],
    ["kitchen", "kitten", 2],
    ["lampa", "plamy", 3],
    ["ca", "abc", 3],
    ["a👩b", "a👩‍b", 1],
  ])("%s and %s is %d", (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
  });

  test("is the same both ways, 0 for the same alone, and at most the longer one's length", () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other);
        expect(distance).toBe(editDistance(other, one));
        expect(distance === 0).toBe(one === other);
        expect(distance).toBeLessThanOrEqual(Math.max([...one].length, [...other].length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs([...one].length - [...other].length));
      }),
    );
  });

  test("grows by at most one with one letter more, the same letters around", () => {
    fc.assert(
      fc.property(word, word, fc.string({ maxLength: 1 }), (before, after, letter) => {
        expect(editDistance(before + after, before + letter + after)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
