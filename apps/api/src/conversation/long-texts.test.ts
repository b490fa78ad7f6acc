import { expect, test } from "vitest";
import { leansOnTalk } from "../cache/leans-on-talk.ts";
import { asData } from "./context-marks.ts";
import { cutToTokens } from "./token-count.ts";

// Whatever takes the square of a text's length takes hours for these, and runs into the test's limit.
const LONG = 500_000;
const RUNS = ["a ‹SPACES› b", "memorySPACES/SPACESx", "aSPACESx y", "SPACES"].map((text) =>
  text.replaceAll("SPACES", " ".repeat(LONG)),
);

test.each(RUNS.map((text) => [text.slice(0, 8), text]))(
  "a long run after %j is shown and cut in a time that grows with its length",
  (_, text) => {
    expect(asData(text).length).toBeGreaterThanOrEqual(LONG);
    expect(cutToTokens(text, 100).length).toBeLessThanOrEqual(300);
  },
);

test.each(["system", "system prompt", "system\u0332", "model note", "|system", "[INﬆ"])(
  "a long run after or of %j is shown in a time that grows with its length",
  (name) => {
    for (const piece of [" ", "\u0332", "-", "[", " note", "_"]) {
      expect(asData(`${name}${piece.repeat(LONG)}x: y`)).toMatch(/y$/);
    }
    expect(asData(`${`${name} `.repeat(LONG / 8)}:`)).toMatch(/[:-]$/);
  },
);

test.each(["%", "?", "a-", " ", "."])("a long run of %j is taken for no question by itself", (piece) => {
  expect(leansOnTalk(`a${piece.repeat(LONG)}a`)).toBe(true);
});
