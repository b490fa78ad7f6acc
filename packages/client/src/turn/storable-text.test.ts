import { CONTENT_CHARS_MAX } from "@keepsake/contract/limits";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isFilled, toStorable } from "./storable-text.ts";

test("any text becomes one that can be stored: well-formed, without NUL, within the limit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(3), (text, repeated) => {
      const stored = toStorable(text.repeat(repeated ** 8));
      expect(stored.isWellFormed()).toBe(true);
      expect(stored).not.toContain(String.fromCharCode(0));
      expect(stored.length).toBeLessThanOrEqual(CONTENT_CHARS_MAX);
    }),
  );
});

test("a text that can be stored stays as it is", () => {
  for (const text of ["", " ", "Zażółć 💡\n", "x".repeat(CONTENT_CHARS_MAX)]) expect(toStorable(text)).toBe(text);
});

test("no pair is cut in two", () => {
  const text = `${"x".repeat(CONTENT_CHARS_MAX - 1)}💡`;
  expect(toStorable(text)).toBe("x".repeat(CONTENT_CHARS_MAX - 1));
});

test("white space alone is nothing to store", () => {
  expect([isFilled(""), isFilled(" \n"), isFilled("x")]).toEqual([false, false, true]);
});
