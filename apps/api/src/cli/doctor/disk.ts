import { constants, existsSync } from "node:fs";
import { access, realpath, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";
import { readText } from "./machine.ts";
import { judgeMount, mountOf, parseMounts } from "./mounts.ts";

const GB = 1024 ** 3;
const FREE_BYTES = { warn: GB, fail: GB / 10 };

/** Whether a folder can be written to, and the disk that it is on. */
export async function examineFolder(check: string, folder: string): Promise<Finding[]> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return await examineFuture(check, folder);
  return [await writableOf(check, real), ...(await examineDisk(check, real))];
}

/** A folder that the first start will make: on the disk of the nearest one that is there. */
async function examineFuture(check: string, folder: string): Promise<Finding[]> {
  const said = skip(check, `${folder} is not there yet: the first start makes it`);
  let above = dirname(resolve(folder));
  while (!existsSync(above)) above = dirname(above);
  return [said, ...(await examineDisk(check, await realpath(above)))];
}

/** Where a folder lies, and how much space is left there. */
export async function examineDisk(check: string, folder: string): Promise<Finding[]> {
  return [placeOf(check, folder), await spaceOf(check, folder), ...writeCacheOf(check, folder)];
}

function placeOf(check: string, folder: string): Finding {
  const mount = mountOf(folder, parseMounts(readText("/proc/mounts") ?? ""));
  return mount ? judgeMount(check, folder, mount) : skip(check, `${folder}: this system does not tell its mounts`);
}

async function writableOf(check: string, folder: string): Promise<Finding> {
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (isWritable) return pass(check, `${folder} can be written to`);
  const { uid } = await stat(folder);
  const fix = `Run as the user that it belongs to (uid ${uid}), or hand it over: sudo chown -R ${process.getuid?.()} ${folder}`;
  return fail(check, `${folder} cannot be written to by this user`, fix);
}

async function spaceOf(check: string, folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  return judgeSpace(check, folder, bavail * bsize);
}

/** @param bytes that are free */
export function judgeSpace(check: string, folder: string, bytes: number): Finding {
  const said = `${(bytes / GB).toFixed(1)} GB are free at ${folder}`;
  const fix = "Free some space, or move the folder to a larger disk: with none left, writes end with STORAGE_FULL.";
  if (bytes < FREE_BYTES.fail) return fail(check, said, fix);
  return bytes < FREE_BYTES.warn ? warn(check, said, fix) : pass(check, said);
}

/** A hint and no fault: every disk has such a memory, and only some keep it when the power goes. */
function writeCacheOf(check: string, folder: string): Finding[] {
  const mount = mountOf(folder, parseMounts(readText("/proc/mounts") ?? ""));
  const name = /^\/dev\/(sd[a-z]+|nvme\d+n\d+|vd[a-z]+)/.exec(mount?.device ?? "")?.[1];
  const cache = name && readText(`/sys/block/${name}/queue/write_cache`)?.trim();
  if (cache !== "write back") return [];
  const said = `/dev/${name} keeps writes in a memory of its own until it is told to flush; a cheap SSD may say it has and lose them in a power cut`;
  return [pass(check, said)];
}
