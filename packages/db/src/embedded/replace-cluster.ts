import { open, rename, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { prepareDataFolder } from "./data-folder.ts";
import { lockFolder } from "./folder-lock.ts";

const CLUSTER = "postgres";

/** A cluster that was put in the place of another. */
export interface ReplacedCluster {
  /** Where the one before is now; null when there was none. */
  readonly aside: string | null;
  /** Puts the one before back, and the new one to where it came from. */
  undo(): Promise<void>;
}

/** Whether a data folder holds a database. */
export const hasCluster = (dataDir: string): Promise<boolean> =>
  stat(join(resolve(dataDir), CLUSTER)).then(
    () => true,
    () => false,
  );

/**
 * Puts another data folder's cluster in the place of a data folder's own, by two renames on one disk. The one before is
 * kept beside it, and nothing of it is read: it may be damaged.
 *
 * @param fromDataDir closed, and on the same disk
 * @throws DatabaseStartError that names the process that has the folder open
 */
export async function replaceCluster(dataDir: string, fromDataDir: string): Promise<ReplacedCluster> {
  const folder = await prepareDataFolder(dataDir);
  const [place, source] = [join(folder, CLUSTER), join(resolve(fromDataDir), CLUSTER)];
  const before = (await hasCluster(folder)) ? `${place}.before-${timestamp()}` : null;
  await using _lock = await lockFolder(folder);
  if (before !== null) await rename(place, before);
  await rename(source, place);
  await syncFolders(folder, dirname(source));
  return { aside: before, undo: () => putBack(folder, place, source, before) };
}

async function putBack(folder: string, place: string, source: string, before: string | null): Promise<void> {
  await using _lock = await lockFolder(folder);
  await rename(place, source);
  if (before !== null) await rename(before, place);
  await syncFolders(folder, dirname(source));
}

/** A name that has changed outlasts a power cut once its folder is on the disk. */
async function syncFolders(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await using file = await open(folder, "r");
    await file.sync();
  }
}

const timestamp = (): string => new Date().toISOString().replace(/\.\d+|[-:]/g, "");
