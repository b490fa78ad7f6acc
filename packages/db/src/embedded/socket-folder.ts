import { lstat, mkdir, mkdtemp, rm, rmdir, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseStartError } from "../database-error.ts";

/** macOS takes 103 bytes for a socket's path, Linux 107. */
const SOCKET_PATH_BYTES_MAX = 103;
/** PostgreSQL's own way, so that its tools find the socket by its folder (`psql -h`). */
const SOCKET_NAME = ".s.PGSQL.5432";

/**
 * A path for the socket of a data folder: below a folder that only this user may enter, because the embedded PostgreSQL
 * asks nobody for a password, and not in the data folder, whose path may be too long for a socket. The name comes from
 * the data folder's device and inode, so that what a killed process left is found and replaced.
 *
 * @throws DatabaseStartError when no temporary folder will do
 */
export async function prepareSocketPath(dataFolder: string): Promise<string> {
  const { dev, ino } = await stat(dataFolder, { bigint: true });
  const name = `${dev.toString(36)}-${ino.toString(36)}`;
  for (const makeParent of [inOwnFolder(tmpdir()), inOwnFolder("/tmp"), inNewFolder(tmpdir()), inNewFolder("/tmp")]) {
    const path = await makeSocketFolder(makeParent, name).catch(() => null);
    if (path !== null) return path;
  }
  throw new DatabaseStartError(
    `The embedded PostgreSQL found no place for its socket: ${tmpdir()} and /tmp are too long or not writable. Set TMPDIR to a short folder of this user.`,
  );
}

/** Removes the socket, its folder, and the one above when it was the last. */
export async function removeSocket(path: string): Promise<void> {
  const folder = dirname(path);
  await rm(folder, { recursive: true, force: true });
  await rmdir(dirname(folder)).catch(() => {});
}

async function makeSocketFolder(makeParent: () => Promise<string>, name: string): Promise<string | null> {
  const folder = join(await makeParent(), name);
  const path = join(folder, SOCKET_NAME);
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) return null;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
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
