import type { PreferenceOrigin } from "@keepsake/contract";
import { expect, test } from "vitest";
import { mayReplace } from "./standing.ts";

const LEARNED = "learned" as PreferenceOrigin;
const EXPLICIT = "explicit" as PreferenceOrigin;

test.each([
  [EXPLICIT, 1, EXPLICIT, 0.1, true],
  [LEARNED, 1, EXPLICIT, 0, true],
  [EXPLICIT, 0, LEARNED, 1, false],
  [LEARNED, 0.5, LEARNED, 0.6, true],
  [LEARNED, 0.5, LEARNED, 0.5, true],
  [LEARNED, 0.6, LEARNED, 0.5, false],
  // Stored with 32 bits, 0.7 is a little less than 0.7.
  [LEARNED, Math.fround(0.7), LEARNED, 0.7, true],
  [LEARNED, Math.fround(0.1), LEARNED, 0.1, true],
])("%s at %d gives way to %s at %d: %s", (origin, confidence, nextOrigin, nextConfidence, gives) => {
  expect(mayReplace({ origin, confidence }, { origin: nextOrigin, confidence: nextConfidence })).toBe(gives);
});
