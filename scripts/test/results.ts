import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

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
  testResults: FileReport[];
};

type FileReport = {
  name: string;
  status: string;
  /** Why the file itself failed, before any test or after all of them. */
  message?: string;
  assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
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
export function countReport(report: Omit<Report, "testResults">): Counts {
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

/** Each failed test in a line with the first line of why, for whoever sees only the end of the output. */
export function listFailures({ testResults }: Pick<Report, "testResults">): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    const lines = failed.map(
      ({ fullName, failureMessages }) => `${file} > ${fullName}: ${firstLine(failureMessages?.[0])}`,
    );
    return status === "failed" && lines.length === 0 ? [`${file}: ${firstLine(message)}`] : lines;
  });
}

const firstLine = (text = ""): string => text.split("\n")[0] || "no reason given";

/** The failed tests of a run; none when it left no report. */
export function readFailures(run: string): string[] {
  try {
    return listFailures(JSON.parse(readFileSync(fileOf(run), "utf8")));
  } catch {
    return [];
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
