import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "../command.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding, Level } from "../doctor/finding.ts";

const CHECK_WIDTH = 14;

/** `keepsake doctor`. */
export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "looks for what can lose data, let somebody in or not work, and says how to mend it",
  positionals: [],
  options: {
    json: { type: "boolean", meaning: "for programs: every finding with check, level, said and fix" },
  },
  details: `It changes nothing, and works with the server running or stopped. Levels: pass; warn, which works and may not for long;
fail, which makes the exit code 1; skip, which does not apply here or cannot be seen from here.`,
  run: async ({ values, env, say }) => {
    const findings = await examine({
      environment: env,
      envFile: join(process.cwd(), ".env"),
      readFile: (path) => readFileSync(path, "utf8"),
    });
    const counts = countLevels(findings);
    if (values.json) say(JSON.stringify({ ...counts, findings }, null, 2));
    else for (const line of [...findings.flatMap(toLines), "", summaryOf(counts)]) say(line);
    return counts.fail > 0 ? 1 : 0;
  },
});

function countLevels(findings: readonly Finding[]): Record<Level, number> {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return { pass: count("pass"), warn: count("warn"), fail: count("fail"), skip: count("skip") };
}

function toLines({ check, level, said, fix }: Finding): string[] {
  const line = `${level}  ${check.padEnd(CHECK_WIDTH)} ${said}`;
  return fix === null ? [line] : [line, `${" ".repeat(CHECK_WIDTH + 7)}→ ${fix}`];
}

const summaryOf = (counts: Record<Level, number>): string =>
  `${counts.pass} passed, ${counts.warn} warned, ${counts.fail} failed, ${counts.skip} skipped`;
