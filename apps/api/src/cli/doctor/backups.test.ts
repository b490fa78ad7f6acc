import { expect, test } from "vitest";
import { judgeAge, judgeFailure } from "./backups.ts";

test.each([
  [3_600_000, null, "pass"],
  [40 * 3_600_000, null, "warn"],
  [200 * 3_600_000, 300 * 3_600_000, "fail"],
  [null, null, "fail"],
  [null, 40 * 3_600_000, "fail"],
  [null, 3_600_000, "warn"],
])("the newest good backup is %s ms old, in a database of %s ms: %s", (ageMs, dataAgeMs, level) => {
  expect(judgeAge(ageMs, dataAgeMs).level).toBe(level);
});

const failure = { at: "2026-01-02T03:00:00.000Z", problem: "No room." };

test.each([
  ["2026-01-01T03:00:00.000Z", 1],
  [null, 1],
  ["2026-01-03T03:00:00.000Z", 0],
])("a failure counts when it is newer than the newest good backup (of %s)", (newestAt, findings) => {
  expect(judgeFailure(failure, newestAt)).toHaveLength(findings);
  expect(judgeFailure(null, newestAt)).toEqual([]);
});
