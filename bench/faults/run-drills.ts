import { hasRealPostgres } from "../_bench-server.ts";
import { build } from "../_built.ts";
import type { Cell, Table } from "../_report.ts";
import { type Drill, type DrillOptions, formatCounts, type Home, type Outcome } from "./drill.ts";
import { DRILLS } from "./drills.ts";

/** What became of one drill on one home. */
interface Result {
  readonly drill: string;
  readonly home: Home | null;
  readonly outcome: Outcome | null;
  /** `passed`, `failed`, or why it was not run. */
  readonly verdict: string;
}

/** All that `pnpm bench faults` found. */
export interface DrillReport {
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
  readonly hasFailed: boolean;
}

/** The names that are none of a drill's. */
export const unknownDrills = (names: readonly string[]): string[] => names.filter((name) => !(name in DRILLS));

/** Which drills, and where. */
export interface Choice {
  /** When there are none, all but those that want to be named. */
  readonly names: readonly string[];
  readonly homes: readonly Home[];
}

/**
 * Runs drills in their full form, one after the other, on each chosen home that they know, and their controls, which must
 * fail.
 */
export async function runDrills({ names, homes }: Choice, log: (step: string) => void): Promise<DrillReport> {
  await build();
  const results: Result[] = [];
  for (const name of names.length > 0 ? names : Object.keys(DRILLS)) {
    const { drill } = (await DRILLS[name]?.()) ?? {};
    if (drill?.onlyByName !== undefined && names.length === 0) results.push(notRun(drill, drill.onlyByName));
    else if (drill) results.push(...(await runEverywhere(drill, homes, log)));
  }
  return toReport(results);
}

const notRun = ({ name }: Drill, why: string): Result => ({
  drill: name,
  home: null,
  outcome: null,
  verdict: `not run: ${why}`,
});

async function runEverywhere(drill: Drill, homes: readonly Home[], log: (step: string) => void): Promise<Result[]> {
  const why = drill.whyNot?.() ?? null;
  if (why !== null) return [notRun(drill, why)];
  const results: Result[] = [];
  for (const home of drill.homes.filter((known) => homes.includes(known))) {
    const options = { home, full: true, log: (step: string) => log(`${drill.name}, ${home}: ${step}`) };
    results.push(await tried(drill.name, options, drill.run));
    for (const control of drill.controls ?? []) {
      if (control.homes.includes(home)) {
        const result = await tried(`${drill.name}, control: ${control.title}`, options, control.run);
        results.push(asControl(result));
      }
    }
  }
  return results;
}

async function tried(
  drill: string,
  options: DrillOptions,
  run: (options: DrillOptions) => Promise<Outcome>,
): Promise<Result> {
  const { home } = options;
  if (home === "postgres" && !hasRealPostgres()) {
    return { drill, home, outcome: null, verdict: "not run: TEST_DATABASE_URL names no PostgreSQL" };
  }
  process.env["KEEPSAKE_TEST_ENGINE"] = home;
  try {
    const outcome = await run(options);
    return { drill, home, outcome, verdict: outcome.failures.length === 0 ? "passed" : "failed" };
  } catch (error) {
    const failures = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    return { drill, home, outcome: { counts: {}, failures }, verdict: "did not come to its end" };
  }
}

/** What is broken on purpose has to be found. */
function asControl(result: Result): Result {
  if (result.verdict === "failed") return { ...result, verdict: "passed (the fault was found)" };
  if (result.verdict === "passed") return { ...result, verdict: "failed: the fault was not found" };
  return result;
}

function toReport(results: readonly Result[]): DrillReport {
  const rows = results.map(({ drill, home, outcome, verdict }): Cell[] => [
    `${drill}${home === null ? "" : ` (${home})`}`,
    verdict,
    formatCounts(outcome?.counts ?? {}),
    Object.entries(outcome?.measured ?? {})
      .map(([what, figure]) => `${what} ${figure}`)
      .join(", "),
  ]);
  const hasFailed = results.some(({ verdict }) => !/^(passed|not run)/.test(verdict));
  const failures = results.flatMap(({ drill, home, outcome }) =>
    (outcome?.failures ?? []).slice(0, 20).map((failure) => `${drill} (${home}): ${failure}`),
  );
  return {
    tables: [{ title: "Drills, in their full form", columns: ["drill", "verdict", "counts", "measured"], rows }],
    notes: failures,
    hasFailed,
  };
}
