import fc from "fast-check";
import { expect, test } from "vitest";
import { partOf } from "./export-split.ts";

const Share = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });

test("an input falls on the same side however it is spaced and cased", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), Share, fc.string(), (text, validationShare, seed) => {
      const split = { validationShare, seed };
      expect(partOf(`  ${text.normalize("NFD")}\n`, split)).toBe(partOf(text, split));
    }),
  );
});

test("a larger share only adds to the validation side", () => {
  fc.assert(
    fc.property(fc.string(), Share, Share, (text, one, other) => {
      const [smaller, larger] = [Math.min(one, other), Math.max(one, other)];
      if (partOf(text, { validationShare: smaller, seed: "" }) === "validation") {
        expect(partOf(text, { validationShare: larger, seed: "" })).toBe("validation");
      }
    }),
  );
});

test("the sides have about the shares that were asked for", () => {
  const texts = Array.from({ length: 10_000 }, (_, number) => `question ${number}`);
  const validation = texts.filter((text) => partOf(text, { validationShare: 0.1, seed: "s" }) === "validation");
  expect(validation.length).toBeGreaterThan(850);
  expect(validation.length).toBeLessThan(1_150);
});
