import { expect, test } from "vitest";
import { judgeSchema } from "./versions.ts";

test.each([
  [[], [], "pass"],
  [["0009"], [], "warn"],
  [[], ["0010_more"], "warn"],
])("pending %j, ahead %j: %s", (pending, ahead, level) => {
  expect(judgeSchema({ pending, ahead }).level).toBe(level);
});
