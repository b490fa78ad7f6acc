import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { testEngine } from "@keepsake/db/testing";
import { expect, test } from "vitest";
import { type Drill, type DrillOptions, formatLine, type Home } from "../../../../bench/faults/drill.ts";
import { drillLinesFile } from "../../../../scripts/test/results.ts";

/** Long enough for a machine that is busy or small: what a drill promises is no speed. */
const TIMEOUT_MS = 600_000;

/** Makes tests of a drill's short form and of its controls, on the engine of this run. Each prints its line of counts. */
export function testDrill(drill: Drill): void {
  const home = testEngine();
  const options: DrillOptions = { home, full: false, log: () => {} };
  const why = whyNot(drill, home);
  test(
    drill.title,
    async (context) => {
      if (why !== null) {
        tell(`drill ${drill.name} (${home}): not run, ${why}`);
        return context.skip(why);
      }
      const outcome = await drill.run(options);
      tell(formatLine(drill.name, home, outcome));
      expect(outcome.failures).toEqual([]);
    },
    TIMEOUT_MS,
  );
  if (why !== null) return;
  for (const control of drill.controls ?? []) {
    if (!control.homes.includes(home)) continue;
    test(
      `${drill.name} finds the fault when there is one: ${control.title}`,
      async () => {
        const outcome = await control.run(options);
        tell(`${formatLine(`${drill.name}, control ${control.title}`, home, outcome)} (a fault has to be found)`);
        expect(outcome.failures).not.toEqual([]);
      },
      TIMEOUT_MS,
    );
  }
}

function whyNot(drill: Drill, home: Home): string | null {
  return drill.homes.includes(home)
    ? (drill.whyNot?.() ?? null)
    : "this fault is not the embedded database's or the server's";
}

/** Where it is run, and once more at the end of `pnpm test`. */
function tell(line: string): void {
  console.log(line);
  mkdirSync(dirname(drillLinesFile), { recursive: true });
  appendFileSync(drillLinesFile, `${line}\n`);
}
