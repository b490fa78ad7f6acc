import { expect, test } from "vitest";
import { nextRoundItems } from "./embedding-worker.ts";

test("rounds grow while the model is quick, shrink to one text when it is slow, and never exceed 64", () => {
  expect(nextRoundItems(8, 10)).toBe(16);
  expect(nextRoundItems(64, 100)).toBe(64);
  expect(nextRoundItems(16, 4_000)).toBe(4);
  expect(nextRoundItems(4, 30_000)).toBe(1);
  expect(nextRoundItems(1, 0)).toBe(2);
});
