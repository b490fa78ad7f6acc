// Asks the registry whether something that runs in production has a known fault, and fails on a serious one. Where it cannot
// be asked, without a network or of a registry that keeps no such list, it says so in one line and passes.
import { execFile } from "node:child_process";
import { type Exception, judgeAdvisories, readReport } from "./supply-chain/advisories.ts";

const TIMEOUT_MS = 20_000;

/** Faults that are lived with: each with a reason and a day from which it counts again. */
const EXCEPTIONS: readonly Exception[] = [];

/** The pnpm that started this script, or the one on the PATH. It ends with 1 when it has found something. */
function auditWithPnpm(): Promise<string> {
  const pnpm = process.env["npm_execpath"] ?? "pnpm";
  const command = /\.[cm]?js$/.test(pnpm) ? [process.execPath, pnpm] : [pnpm];
  const [program = "pnpm", ...first] = command;
  return new Promise((resolve) => {
    const limits = { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, [...first, "audit", "--json"], limits, (_error, stdout) => resolve(stdout));
  });
}

const advisories = readReport(await auditWithPnpm());
if (advisories === null) {
  console.log("The registry could not be asked for known faults of the dependencies: not checked.");
} else {
  const faults = judgeAdvisories(advisories, EXCEPTIONS, new Date().toISOString().slice(0, 10));
  for (const fault of faults) console.error(fault);
  console.log(`${advisories.length} known faults of the dependencies, ${faults.length} of them serious.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
