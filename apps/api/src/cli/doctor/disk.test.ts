import { expect, test } from "vitest";
import { judgeSpace } from "./disk.ts";

test.each([
  [50 * 1024 ** 3, "pass"],
  [900 * 1024 ** 2, "warn"],
  [50 * 1024 ** 2, "fail"],
])("%i bytes free: %s", (bytes, level) => expect(judgeSpace("disk", "/data", bytes).level).toBe(level));
