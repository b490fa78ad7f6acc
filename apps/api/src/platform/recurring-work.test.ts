import { pino } from "pino";
import { expect, test } from "vitest";
import { FailureLog } from "./failure-log.ts";
import { runRecurring } from "./recurring-work.ts";

const lines: string[] = [];
const failures = new FailureLog(pino({}, { write: (line: string) => lines.push(line) }));

test("a task that fails is logged by its name and done again, until the signal", async () => {
  const stop = new AbortController();
  let runs = 0;
  const task = async () => {
    runs += 1;
    if (runs === 1) throw new RangeError("a secret");
    if (runs === 3) stop.abort();
  };
  await runRecurring("sweeping", 1, task, failures, stop.signal);
  expect(runs).toBe(3);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/RangeError.*sweeping failed; it is tried again next time/);
  expect(lines[0]).not.toContain("secret");
});

test("a task whose time has not come ends with the signal", async () => {
  const stop = new AbortController();
  const running = runRecurring("sweeping", 3_600_000, async () => {}, failures, stop.signal);
  stop.abort();
  await running;
});
