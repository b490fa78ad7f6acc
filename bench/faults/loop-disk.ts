import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

const COPIES_MAX = 50;
const UNMOUNT_TRIES = 50;

/** An ext4 in a file, mounted through a loop device: what is not in the file has not reached the disk. */
export interface LoopDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /**
   * Cuts the power: stops the processes where they are, copies the file as it is, and kills them. What they had written
   * without syncing it lies in the system's memory and not in the copy, as after a real cut.
   *
   * @param pids every process that writes to the disk
   * @returns the disk as it is found after the cut, mounted, its journal replayed. This one is gone.
   */
  cutPower(pids: readonly number[]): Promise<LoopDisk>;
  /**
   * Makes it read-only for good, as ext4 does by itself after an error of the disk. A plain remount is refused while
   * files are open for writing.
   */
  turnReadOnly(): Promise<void>;
}

/** Why there can be no loop disk on this machine; null when there can. */
export function whyNoLoopDisk(): string | null {
  if (process.platform !== "linux") return "loop devices are Linux's";
  if (process.getuid?.() !== 0) return "mounting an image needs root";
  for (const program of ["mkfs.ext4", "mount", "umount", "cp", "cmp"]) {
    if (spawnSync(program, ["--version"]).error) return `there is no ${program}`;
  }
  return spawnSync("losetup", ["--find"]).status === 0 ? null : "there is no loop device (losetup --find)";
}

/**
 * Makes a new, empty disk and mounts it.
 *
 * @param sizeMb of its file, which takes no more room than is written to it
 * @param under the folder in which it and its copies lie
 */
export async function makeLoopDisk(sizeMb: number, under: string = tmpdir()): Promise<LoopDisk> {
  const place = await mkdtemp(join(under, "keepsake-disk-"));
  const image = join(place, "disk.img");
  await run("truncate", ["--size", `${sizeMb}M`, image]);
  // Whole at once: what ext4 makes later would change the file while nobody writes.
  await run("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
  return await mountDisk(place, image, under);
}

async function mountDisk(place: string, image: string, under: string): Promise<LoopDisk> {
  const folder = join(place, "mounted");
  await mkdir(folder, { recursive: true });
  await run("mount", ["-o", "loop,noatime", image, folder]);
  const remove = async () => {
    await unmount(folder);
    await rm(place, { recursive: true, force: true });
  };
  return {
    folder,
    cutPower: async (pids) => {
      const copyPlace = await mkdtemp(join(under, "keepsake-disk-"));
      const copy = join(copyPlace, "disk.img");
      signal(pids, "SIGSTOP");
      await copyAtRest(image, copy);
      signal(pids, "SIGKILL");
      await remove();
      return await mountDisk(copyPlace, copy, under);
    },
    turnReadOnly: async () => {
      await run("mount", ["-o", "remount,abort", folder]);
    },
    [Symbol.asyncDispose]: async () => {
      if (await stat(image).catch(() => null)) await remove();
    },
  };
}

/** The kernel may be writing while the file is copied; a copy of two moments would be no disk that ever was. */
async function copyAtRest(image: string, copy: string): Promise<void> {
  for (let attempt = 0; attempt < COPIES_MAX; attempt += 1) {
    await run("cp", ["--sparse=always", image, copy]);
    if (await areEqual(image, copy)) return;
  }
  throw new Error(`${image} was written to all the time and could not be copied`);
}

async function areEqual(one: string, other: string): Promise<boolean> {
  return await run("cmp", ["--silent", one, other]).then(
    () => true,
    () => false,
  );
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  }
}

/** A process that was killed may hold its files for a moment longer. */
async function unmount(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run("umount", [folder]);
      return;
    } catch (error) {
      if (attempt >= UNMOUNT_TRIES) throw error;
      await sleep(100);
    }
  }
}
