import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** One running process. `startedAt` only tells two processes of the same pid apart; its form is the system's own. */
export type ProcessRow = { pid: number; parentPid: number; startedAt: string; command: string[] };

/** The process of that pid, or null when there is none or it has ended. Rejects when the system cannot tell. */
export type FindProcess = (pid: number) => Promise<ProcessRow | null>;

// A killed process stays in the table until its parent has taken note of its end.
const ended = /^[ZX]/;

/** @param stat `/proc/PID/stat`: the name in its second field may hold spaces and brackets itself */
export function parseProcStat(stat: string): Omit<ProcessRow, "pid" | "command"> | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parentPid] = fields;
  const startedAt = fields[19];
  if (startedAt === undefined || ended.test(state)) return null;
  return { parentPid: Number(parentPid), startedAt };
}

/** @param line of `ps -o ppid=,stat=,lstart=,command=`; words inside the command are split at spaces, quoted or not */
export function parsePsLine(line: string): Omit<ProcessRow, "pid"> | null {
  const match = /^\s*(?<parentPid>\d+)\s+(?<state>\S+)\s+(?<startedAt>(?:\S+\s+){4}\d{4})\s+(?<command>.*?)\s*$/.exec(
    line,
  );
  const { parentPid, state = "", startedAt, command } = match?.groups ?? {};
  if (startedAt === undefined || command === undefined || ended.test(state)) return null;
  return { parentPid: Number(parentPid), startedAt, command: command.split(/\s+/) };
}

/** Linux, and everything else with its `/proc`. */
export const findInProc: FindProcess = async (pid) => {
  try {
    const stat = parseProcStat(await readFile(`/proc/${pid}/stat`, "utf8"));
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").filter((word) => word !== "");
    return stat && { pid, ...stat, command };
  } catch (error) {
    // Ended before or while it was read. Anything else, such as too many open files, says nothing about the process.
    if (hasCode(error, "ENOENT", "ESRCH")) return null;
    throw error;
  }
};

const execute = promisify(execFile);

/** macOS and the BSDs. */
export const findWithPs: FindProcess = async (pid) => {
  try {
    const env = { ...process.env, LC_ALL: "C" };
    const { stdout } = await execute("ps", ["-o", "ppid=,stat=,lstart=,command=", "-p", String(pid)], { env });
    const row = parsePsLine(stdout);
    return row && { pid, ...row };
  } catch (error) {
    // ps exits with 1 when it knows no such process.
    if (hasCode(error, 1)) return null;
    throw error;
  }
};

const hasCode = (error: unknown, ...codes: unknown[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(error.code);

/** The way of this system. */
export const findProcess: FindProcess = existsSync("/proc/self/stat") ? findInProc : findWithPs;
