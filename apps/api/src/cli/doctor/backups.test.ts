import { expect, test } from "vitest";
import { judgeAge } from "./backups.ts";

test.each([
  [3_600_000, "pass"],
  [40 * 3_600_000, "warn"],
  [200 * 3_600_000, "fail"],
  [null, "fail"],
])("the newest good backup is %s ms old: %s", (ageMs, level) => expect(judgeAge(ageMs).level).toBe(level));
