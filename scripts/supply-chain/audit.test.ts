import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Advisory, judgeAdvisories } from "./advisories.ts";

const AUDIT = join(import.meta.dirname, "..", "audit.ts");
const ADVISORY: Advisory = {
  module_name: "some-package",
  severity: "high",
  title: "Reads files",
  url: "https://example.org/advisories/1",
};

test("a serious fault is told, others are counted", () => {
  const levels = ["low", "moderate", "high", "critical"].map((severity) => ({ ...ADVISORY, severity }));
  expect(judgeAdvisories(levels, [], "2026-11-30")).toHaveLength(2);
});

test("one that is lived with counts again after its day", () => {
  const exception = { url: ADVISORY.url, reason: "we do not read files with it", until: "2026-12-31" };
  expect(judgeAdvisories([ADVISORY], [exception], "2026-12-30")).toEqual([]);
  expect(judgeAdvisories([ADVISORY], [exception], "2026-12-31")).toHaveLength(1);
});

/** Runs the step with a program in pnpm's place that says this. */
async function auditSaying(output: string): Promise<{ code: number; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-audit-"));
  const program = join(folder, "pnpm.cjs");
  await writeFile(program, `process.stdout.write(${JSON.stringify(output)}); process.exitCode = 1;`);
  await chmod(program, 0o700);
  try {
    return await new Promise((resolve) => {
      const env = { ...process.env, npm_execpath: program };
      execFile(process.execPath, [AUDIT], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
      );
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the step fails on a serious fault, and passes with a line where there is nobody to ask", async () => {
  const found = await auditSaying(JSON.stringify({ advisories: { 1: ADVISORY } }));
  expect(found.code).toBe(1);
  expect(found.out).toContain("some-package: Reads files (high");
  for (const output of ["", '{"error": {"code": "ENOTFOUND"}}', "Error: ERR_PNPM_AUDIT_BAD_RESPONSE"]) {
    const none = await auditSaying(output);
    expect(none).toEqual({ code: 0, out: expect.stringMatching(/^The registry could not be asked.*\n$/) });
  }
});
