import { readdir, readFile, writeFile } from "node:fs/promises";

const KIB_IN_MIB = 1024;

/** Resident memory of a process now, MiB. Linux alone tells it. */
export const residentMib = (pid: number | undefined): Promise<number> => readMib(pid, "VmRSS");

/** The most resident memory of a process since its start or the last `takePeakMib`, MiB. Linux alone tells it. */
export const peakMib = (pid: number | undefined): Promise<number> => readMib(pid, "VmHWM");

/** The same, and begins anew. */
export async function takePeakMib(pid: number | undefined): Promise<number> {
  const mib = await peakMib(pid);
  await writeFile(`/proc/${pid}/clear_refs`, "5");
  return mib;
}

/** How many files and sockets a process has open. Linux alone tells it. */
export const countOpenFiles = async (pid: number | undefined): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`)).length;

async function readMib(pid: number | undefined, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
  return Number(kib) / KIB_IN_MIB;
}
