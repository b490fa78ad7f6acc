// `pnpm verify`: everything that can be checked without a database, in under a minute. Stops at the first failure.
import { performance } from "node:perf_hooks";
import { runStep, type Step, secondsSince } from "./run-tool.ts";
import { reportersFor } from "./test/results.ts";

const steps: Step[] = [
  { name: "format, lint and borders", command: ["biome", "ci", "--colors=off", "."] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "nothing unused", command: ["knip"] },
  {
    name: "contract.json is as the schemas say",
    command: ["node", "--conditions=@keepsake/source", "scripts/write-contract.ts", "--check"],
  },
  {
    name: "openapi.json is as the routes say",
    command: ["node", "--conditions=@keepsake/source", "scripts/write-openapi.ts", "--check"],
  },
  { name: "migrations are as the tables say", command: ["node", "scripts/check-migrations.ts"] },
  { name: "paths in the documents exist", command: ["node", "scripts/check-doc-paths.ts"] },
  { name: "every fault has its test", command: ["node", "scripts/check-fault-table.ts"] },
  { name: "what is installed was read", command: ["node", "scripts/check-supply-chain.ts"] },
  { name: "unit tests", command: ["vitest", "run", "--project", "unit", ...reportersFor("unit")] },
];

const startedMs = performance.now();
for (const step of steps) {
  if (!(await runStep(step))) {
    process.exitCode = 1;
    break;
  }
}
console.log(`verify ${process.exitCode ? "failed" : "passed"} (${secondsSince(startedMs)})`);
