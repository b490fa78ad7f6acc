// `pnpm test`: verify, the build, and the integration tests on the embedded database and on a real PostgreSQL.
// `pnpm test apps/api/test/some.test.ts` runs only those integration tests.
import { runStep, runTool } from "./run-tool.ts";
import { formatReport, removeLogs, searchLogs } from "./test/log-canaries.ts";
import { addressOf, findRealPostgres } from "./test/real-postgres.ts";
import {
  addCounts,
  countRun,
  formatCounts,
  readDrillLines,
  readFailures,
  removeResults,
  reportersFor,
} from "./test/results.ts";

type Engine = { run: string; title: string; env: NodeJS.ProcessEnv };

/** Tests start the server that was just built, as the image runs it: from its sources each start takes seconds more. */
const BUILT = { KEEPSAKE_TEST_BUILT: "yes" };

const embedded: Engine = {
  run: "integration-embedded",
  title: "the embedded database",
  env: { ...BUILT, KEEPSAKE_TEST_ENGINE: "embedded" },
};

const realPostgres = (url: string): Engine => ({
  run: "integration-postgres",
  title: `PostgreSQL at ${addressOf(url)}`,
  env: { ...BUILT, KEEPSAKE_TEST_ENGINE: "postgres", TEST_DATABASE_URL: url },
});

async function runIntegrationTests(engine: Engine, files: string[]): Promise<boolean> {
  console.log(`\nIntegration tests on ${engine.title}`);
  const command = ["vitest", "run", "--project", "integration", ...reportersFor(engine.run), ...files] as const;
  const { succeeded } = await runTool(command, { env: engine.env, isShown: true });
  return succeeded;
}

/** Prints what was tested, and last of all how many tests passed. */
function report(engines: Engine[], failures: string[], missing: string | null): void {
  const runs = ["unit", ...engines.map(({ run }) => run)];
  const counts = addCounts(runs.flatMap((run) => countRun(run) ?? []));
  const drillLines = readDrillLines();
  if (drillLines.length > 0) console.log(`\n${drillLines.join("\n")}`);
  const tested = engines.map(({ title }) => title).join(" and on ");
  console.log(engines.length > 0 ? `\nTested on ${tested}.` : "\nTested on no database.");
  if (missing !== null) {
    console.log(
      `Not tested on a real PostgreSQL: ${missing}. \`.ci/provision-postgres start\` starts one (Debian, as root);`,
    );
    console.log("TEST_DATABASE_URL names your own (PostgreSQL 17 with pgvector, a superuser).");
  }
  for (const run of runs) for (const failure of readFailures(run)) console.log(`Failed (${run}): ${failure}`);
  if (failures.length > 0) console.log(`Failed: ${failures.join(", ")}.`);
  process.exitCode = failures.length > 0 || counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  console.log(formatCounts(counts));
}

async function test(files: string[]): Promise<void> {
  removeResults();
  removeLogs();
  const found = await findRealPostgres(process.env);
  const failures: string[] = [];
  if (files.length === 0 && !(await runTool(["node", "scripts/verify.ts"], { isShown: true })).succeeded) {
    failures.push("verify");
  }
  const isBuilt = await runStep({ name: "build", command: ["turbo", "run", "build"] });
  if (!isBuilt) failures.push("the build");
  const engines = isBuilt ? [embedded, ...("url" in found ? [realPostgres(found.url)] : [])] : [];
  for (const engine of engines) {
    if (!(await runIntegrationTests(engine, files))) failures.push(`the integration tests on ${engine.title}`);
  }
  if (engines.length > 0) failures.push(...searchLogsOfTests());
  report(engines, failures, "missing" in found ? found.missing : null);
}

/** No log of any server that was tested holds what people wrote, or a secret. */
function searchLogsOfTests(): string[] {
  const found = searchLogs();
  console.log(`\n${formatReport(found)}`);
  return found.leaks.length > 0 ? ["the logs hold what they must not"] : [];
}

try {
  await test(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 0 failed");
  process.exitCode = 1;
}
