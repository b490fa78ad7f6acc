import { access, chmod, constants, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseStartError } from "../database-error.ts";
import { makeFolder } from "../make-folder.ts";
import { damaged, toFileReason } from "./damaged-folder.ts";
import { syncFolder, syncParents, syncPath } from "./sync-folder.ts";

/** The major of the embedded PostgreSQL; its folders open with no other. */
const EMBEDDED_MAJOR = 18;

const CLUSTER_FOLDER = "postgres";
/**
 * Stands inside the cluster's folder once its first initialisation is complete, so that it goes wherever a copy goes.
 * PostgreSQL leaves files that it does not know alone.
 */
const COMPLETE_FILE = "keepsake-complete";

/** The cluster's folder, ready to be opened. */
export interface ClusterFolder {
  readonly path: string;
  /** It does not exist yet: opening it makes it, in some seconds. */
  readonly isNew: boolean;
}

/**
 * Makes the data folder when it is not there.
 *
 * @returns its real path
 * @throws DatabaseStartError when it cannot be made, is none, or may not be written to
 */
export async function prepareDataFolder(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir);
  try {
    await makeFolder(wanted);
    const folder = await realpath(wanted);
    await readdir(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    throw new DatabaseStartError(
      `The data folder ${wanted} ${reasonOf(error)}: choose another one with KEEPSAKE_DATA_DIR, or set DATABASE_URL to use a PostgreSQL server.`,
      { cause: error },
    );
  }
}

/**
 * Looks at the cluster's folder before PostgreSQL does. Only for the holder of the folder's lock. A first initialisation
 * that was killed half-way is moved aside, never deleted.
 *
 * @throws DatabaseStartError when it is of another major, or lacks what a complete one has
 */
export async function prepareClusterFolder(
  dataFolder: string,
  onProgress: (step: string) => void,
): Promise<ClusterFolder> {
  const cluster = await lookAtCluster(dataFolder, onProgress);
  await closeToOthers(cluster.path);
  return cluster;
}

async function lookAtCluster(dataFolder: string, onProgress: (step: string) => void): Promise<ClusterFolder> {
  const path = join(dataFolder, CLUSTER_FOLDER);
  if (await isEmpty(path)) return { path, isNew: true };
  await assertMajor(path, dataFolder);
  if (!(await exists(join(path, COMPLETE_FILE)))) {
    const aside = `${path}.incomplete-${timestamp()}`;
    await rename(path, aside);
    onProgress(`moved a database whose first start was interrupted to ${aside}`);
    return { path, isNew: true };
  }
  await assertWhole(path);
  return { path, isNew: false };
}

/**
 * Keeps everybody else out of the database's files, which the embedded PostgreSQL makes for all to read and write. The data
 * folder around them may be somebody's who made it for us, and open to all.
 */
async function closeToOthers(clusterFolder: string): Promise<void> {
  // Whoever opens it next says what is wrong with a disk that takes no folder. A file system without modes, such as a
  // share's, has nothing to keep anybody out with.
  await makeFolder(clusterFolder).catch(() => {});
  await chmod(clusterFolder, 0o700).catch(() => {});
}

/**
 * Makes a complete cluster ready to be opened, the first time and after its worker has died. Only for the holder of the
 * folder's lock.
 */
export async function prepareOpening(clusterFolder: string): Promise<void> {
  // The lock says that nobody has it open: this file is from a process or thread that was killed.
  await rm(join(clusterFolder, "postmaster.pid"), { force: true });
  await syncFolder(clusterFolder);
  await syncParents(clusterFolder);
}

/**
 * Brings a cluster that was just made to the disk, then notes there that it is complete: after a power cut the note is
 * never there without all that it stands for.
 */
export async function markComplete(clusterFolder: string): Promise<void> {
  await syncFolder(clusterFolder);
  await syncParents(clusterFolder);
  await writeFile(join(clusterFolder, COMPLETE_FILE), `PostgreSQL ${EMBEDDED_MAJOR}\n`, { flush: true });
  await syncPath(clusterFolder);
}

/** The sentence for a cluster that PostgreSQL could not open or create. */
export function toOpenError({ path, isNew }: ClusterFolder, error: unknown): DatabaseStartError {
  const reason = error instanceof Error ? error.message : String(error);
  return isNew
    ? new DatabaseStartError(
        `The embedded PostgreSQL could not be created in ${path} (${reason}): check that the disk has 100 MB free, then start again.`,
        { cause: error },
      )
    : damaged(path, toFileReason(reason, path), error);
}

async function assertMajor(path: string, dataFolder: string): Promise<void> {
  const text = await readFile(join(path, "PG_VERSION"), "utf8").catch(() => null);
  const major = text?.trim();
  if (major === undefined || major === "" || major === String(EMBEDDED_MAJOR)) return;
  throw new DatabaseStartError(
    `The data folder ${dataFolder} was made by PostgreSQL ${major}, and this version of Keepsake embeds PostgreSQL ${EMBEDDED_MAJOR}: start the Keepsake that made it, or set KEEPSAKE_DATA_DIR to another folder. Nothing was changed.`,
  );
}

/** A file or folder without which PostgreSQL cannot open: PGlite would say less, and begin anew without the first. */
const REQUIRED = ["PG_VERSION", "postgresql.conf", "global/pg_control", "base", "pg_wal", "pg_xact"];

async function assertWhole(path: string): Promise<void> {
  for (const name of REQUIRED) if (!(await exists(join(path, name)))) throw damaged(path, `${name} is missing`);
  const version = await readFile(join(path, "PG_VERSION"), "utf8");
  if (version.trim() !== String(EMBEDDED_MAJOR)) throw damaged(path, "PG_VERSION is empty");
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw damaged(path, reasonOf(error), error);
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "is a file, not a folder",
  ENOENT: "is where no folder can be made",
  ENOTDIR: "is a file, not a folder, or lies below one",
  EACCES: "may not be written to by this user",
  EPERM: "may not be written to by this user",
  EROFS: "is on a read-only disk",
  ENOSPC: "cannot be made, the disk is full",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? `cannot be used (${error instanceof Error ? error.message : String(error)})`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** `20261123T091530Z`: sorts by time and holds no character that a file system minds. */
function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+|[-:]/g, "");
}
