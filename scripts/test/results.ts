import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, ".cache", "test-results");

/** Where drills of the run put their lines of counts. */
export const drillLinesFile: string = join(folder, "drills.txt");

/** The drills' lines, in the order in which they ended; none when none was run. */
export function readDrillLines(): string[] {
  try {
    return readFileSync(drillLinesFile, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

export type Counts = { passed: number; failed: number; skipped: number };

/** The part of vitest's JSON report that is counted here. */
type Report = {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
};

const fileOf = (run: string): string => join(folder, `${run}.json`);

/** vitest's arguments for a run that people read and {@link countRun} counts. */
export const reportersFor = (run: string): string[] => [
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${fileOf(run)}`,
];

/** Forgets earlier runs, so that none of them is counted again. */
export function removeResults(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A run that failed without a failed test, such as a file that does not load, counts as one failure. */
export function countReport(report: Report): Counts {
  const failed = report.success ? report.numFailedTests : Math.max(report.numFailedTests, 1);
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

/** The tests of a run, or null when it left no report. */
export function countRun(run: string): Counts | null {
  try {
    return countReport(JSON.parse(readFileSync(fileOf(run), "utf8")));
  } catch {
    return null;
  }
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** `12 passed, 0 failed, 3 skipped`; nothing is said of skipped tests when there are none. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
