import { lstat, mkdir, mkdtemp, readFile, rm, rmdir, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseStartError } from "../database-error.ts";
import { makeFolder } from "../make-folder.ts";
import type { SocketPaths } from "./sockets/socket-server.ts";

/** macOS takes 103 bytes for a socket's path, Linux 107. */
const SOCKET_PATH_BYTES_MAX = 103;
/** PostgreSQL's own way, so that its tools find the socket by its folder (`psql -h`). */
const SOCKET_NAME = ".s.PGSQL.5432";
const SIDE_SOCKET_NAME = ".s.PGSQL.5433";
/** Stands in the data folder while it is open, and names the side socket. */
export const SIDE_SOCKET_FILE = "keepsake.socket";

/**
 * Where studio, psql, pg_dump and the command line reach the embedded PostgreSQL while the server runs: PostgreSQL's
 * protocol, no password, in a folder that only the server's user may enter (`psql -h <its folder> -p 5433 -U postgres
 * postgres`). A client that connects as user `reader` can only read. Transactions are served in turn with the server's;
 * one for which the server has waited 10 s is rolled back and its connection ended.
 *
 * @returns null while nobody has the data folder open. After kill -9 the path may be there and nobody answer.
 */
export async function sideSocketPath(dataDir: string): Promise<string | null> {
  const text = await readFile(join(dataDir, SIDE_SOCKET_FILE), "utf8").catch(() => "");
  return text.trim() || null;
}

/**
 * Paths for the sockets of a data folder: below a folder that only this user may enter, because the embedded PostgreSQL
 * asks nobody for a password, and not in the data folder, whose path may be too long for a socket. The name comes from
 * the data folder's device and inode, so that what a killed process left is found and replaced.
 *
 * @throws DatabaseStartError when no temporary folder will do
 */
export async function prepareSocketPaths(dataFolder: string): Promise<SocketPaths> {
  const { dev, ino } = await stat(dataFolder, { bigint: true });
  const name = `${dev.toString(36)}-${ino.toString(36)}`;
  for (const makeParent of [inOwnFolder(tmpdir()), inOwnFolder("/tmp"), inNewFolder(tmpdir()), inNewFolder("/tmp")]) {
    const main = await makeSocketFolder(makeParent, name).catch(() => null);
    if (main !== null) return { main, side: join(dirname(main), SIDE_SOCKET_NAME) };
  }
  throw new DatabaseStartError(
    `The embedded PostgreSQL found no place for its socket: ${tmpdir()} and /tmp are too long or not writable. Set TMPDIR to a short folder of this user.`,
  );
}

/** Removes what an earlier worker has left: a socket's file outlives who listened on it. */
export async function clearSockets({ main, side }: SocketPaths): Promise<void> {
  await Promise.all([main, side].map((path) => rm(path, { force: true })));
}

/** Removes the sockets, their folder, and the one above when it was the last. */
export async function removeSockets({ main }: SocketPaths): Promise<void> {
  const folder = dirname(main);
  await rm(folder, { recursive: true, force: true });
  await rmdir(dirname(folder)).catch(() => {});
}

async function makeSocketFolder(makeParent: () => Promise<string>, name: string): Promise<string | null> {
  const folder = join(await makeParent(), name);
  const path = join(folder, SOCKET_NAME);
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) return null;
  await makeFolder(folder);
  return path;
}

/** The user's own folder, the same for every data folder. Fails when somebody else made it first. */
function inOwnFolder(parent: string): () => Promise<string> {
  return async () => {
    const { uid } = userInfo();
    const folder = join(parent, `keepsake-${uid}`);
    await mkdir(folder, { mode: 0o700 }).catch(() => {});
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
      throw new Error(`${folder} is not this user's own`);
    }
    return folder;
  };
}

function inNewFolder(parent: string): () => Promise<string> {
  return () => mkdtemp(join(parent, "keepsake-"));
}
