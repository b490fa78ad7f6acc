import { expect, test } from "vitest";
import { judgeMemoryLimits } from "./memory-limits.ts";

test.each([
  ["cpuset cpu io memory pids\n", "pass"],
  ["cpuset cpu io pids\n", "warn"],
  [null, "skip"],
])("controllers %j: %s", (controllers, level) => expect(judgeMemoryLimits(controllers).level).toBe(level));
