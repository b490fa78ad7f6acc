import { expect, test } from "vitest";
import { findInProc, findProcess, findWithPs, parseProcStat, parsePsLine } from "./process-table.ts";

const statOf = (name: string, state: string): string =>
  `4711 (${name}) ${state} 4242 4711 1 0 -1 4194560 9355 0 0 0 5 5 0 0 20 0 7 0 123899 10047594496 15699`;

test("reads parent and start time from /proc, whatever the process is called", () => {
  expect(parseProcStat(statOf("node", "S"))).toEqual({ parentPid: 4242, startedAt: "123899" });
  expect(parseProcStat(statOf("a) R 1 (b", "R"))).toEqual({ parentPid: 4242, startedAt: "123899" });
});

test("takes a killed process for gone although it is still listed", () => {
  expect(parseProcStat(statOf("node", "Z"))).toBeNull();
  expect(parsePsLine("  4242 Z+   Mon Nov 23 09:13:05 2026 (node)\n")).toBeNull();
});

test("reads a line of ps", () => {
  expect(parsePsLine("  4242 Ss+  Mon Nov  2 09:13:05 2026 npm exec pnpm@12 start     \n")).toEqual({
    parentPid: 4242,
    startedAt: "Mon Nov  2 09:13:05 2026",
    command: ["npm", "exec", "pnpm@12", "start"],
  });
  expect(parsePsLine("")).toBeNull();
});

test.skipIf(process.platform === "win32")("finds this process and no other of a pid that cannot be", async () => {
  expect(await findProcess(process.pid)).toMatchObject({ pid: process.pid, parentPid: process.ppid });
  expect(await findProcess(2 ** 22 + 1)).toBeNull();
});

test.skipIf(process.platform !== "linux")("agrees with ps about this process", async () => {
  const [proc, ps] = await Promise.all([findInProc(process.pid), findWithPs(process.pid)]);
  expect(ps?.parentPid).toBe(proc?.parentPid);
});
