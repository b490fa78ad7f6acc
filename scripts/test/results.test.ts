import { expect, test } from "vitest";
import { addCounts, countReport, formatCounts, listFailures } from "./results.ts";

const report = { success: true, numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 };

test("counts what passed, failed and was skipped", () => {
  expect(countReport(report)).toEqual({ passed: 7, failed: 0, skipped: 3 });
  expect(countReport({ ...report, success: false, numFailedTests: 2 }).failed).toBe(2);
});

test("counts a file that does not load as a failure", () => {
  expect(countReport({ ...report, success: false }).failed).toBe(1);
});

test("names each failed test, and each file that failed without one, with why", () => {
  const passed = { status: "passed", fullName: "adds", failureMessages: [] };
  const failed = { status: "failed", fullName: "a memory comes back", failureMessages: ["expected 1 to be 2\n  at x"] };
  const file = {
    name: `${process.cwd()}/a.test.ts`,
    status: "failed",
    message: "",
    assertionResults: [passed, failed],
  };
  const broken = { ...file, message: "Cannot find module\nstack", assertionResults: [passed] };
  const sound = { ...file, status: "passed", assertionResults: [passed] };
  expect(listFailures({ testResults: [file, broken, sound] })).toEqual([
    "a.test.ts > a memory comes back: expected 1 to be 2",
    "a.test.ts: Cannot find module",
  ]);
});

test("adds runs up into one line, without a word on skipped tests when there are none", () => {
  const run = countReport({ ...report, numPendingTests: 0, numTodoTests: 0 });
  expect(formatCounts(addCounts([run, run]))).toBe("14 passed, 0 failed");
  expect(formatCounts(addCounts([run, countReport(report)]))).toBe("14 passed, 0 failed, 3 skipped");
  expect(formatCounts(addCounts([]))).toBe("0 passed, 0 failed");
});
