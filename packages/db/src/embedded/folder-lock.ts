import { readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseStartError } from "../database-error.ts";

/** The data folder's pid file, a plain number for people and scripts. It is no proof of anything. */
export const PID_FILE = "keepsake.pid";
const LOCK_FILE = "keepsake.lock";
const SQLITE_BUSY = 5;
const SQLITE_NOT_A_DATABASE = 26;

/** Holds a data folder until it is released or its process ends, however it ends. */
export interface FolderLock extends AsyncDisposable {}

/**
 * Takes the data folder for this process. PGlite itself lets two processes open one folder, and both lose rows without
 * an error.
 *
 * Two locks, both the kernel's, so that none outlives its process and none is ever taken from a live one: an abstract
 * socket named from the folder's device and inode (Linux), and an exclusive lock on `keepsake.lock`, held through
 * SQLite, which is Node's only way to one. The second holds between containers that share a folder, where sockets,
 * process ids and their start times are each container's own; and on systems without abstract sockets.
 *
 * @throws DatabaseStartError that names the holder
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const socket = await bindAbstractSocket(folder);
  try {
    const file = await lockFile(join(folder, LOCK_FILE), folder);
    return {
      [Symbol.asyncDispose]: async () => {
        file.close();
        await closeServer(socket);
      },
    };
  } catch (error) {
    await closeServer(socket);
    throw error;
  }
}

async function bindAbstractSocket(folder: string): Promise<Server | null> {
  if (process.platform !== "linux") return null;
  const { dev, ino } = await stat(folder, { bigint: true });
  const server = createServer((connection) => connection.destroy());
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(`\0keepsake-data-${dev}-${ino}`, resolve);
  try {
    await listening;
  } catch (error) {
    throw hasCode(error, "EADDRINUSE") ? await inUse(folder) : error;
  }
  // The lock alone is no reason for the process to stay.
  return server.unref();
}

async function closeServer(server: Server | null): Promise<void> {
  if (server === null) return;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await closed;
}

/**
 * NOTE: the lock belongs to the process and is lost when anything else in it opens and closes the file, a copy of the
 * whole data folder for instance: copy the `postgres` folder alone.
 */
async function lockFile(path: string, folder: string): Promise<DatabaseSync> {
  try {
    return lockExclusively(path);
  } catch (error) {
    if (hasSqliteCode(error, SQLITE_BUSY)) throw await inUse(folder);
    if (!hasSqliteCode(error, SQLITE_NOT_A_DATABASE)) throw unlockable(path, error);
    // Ours is empty, so this file is somebody else's and locks nothing.
    await rm(path);
    return lockExclusively(path);
  }
}

/** Nothing is ever written: the open transaction is the lock, and the file stays empty. */
function lockExclusively(path: string): DatabaseSync {
  const file = new DatabaseSync(path);
  try {
    file.exec("begin exclusive");
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

async function inUse(folder: string): Promise<DatabaseStartError> {
  const pid = await readPid(folder);
  const holder = pid === null ? "another Keepsake process" : `another Keepsake process (pid ${pid})`;
  return new DatabaseStartError(
    `The data folder ${folder} is in use by ${holder}: stop that one first, or choose another folder with KEEPSAKE_DATA_DIR.`,
  );
}

function unlockable(path: string, cause: unknown): DatabaseStartError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseStartError(
    `The lock ${path} cannot be taken (${said}): the data folder must be on a local disk that this user may write to.`,
    { cause },
  );
}

async function readPid(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, PID_FILE), "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function hasSqliteCode(error: unknown, code: number): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === code;
}
