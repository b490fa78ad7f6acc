import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder that is not there, and those above it, for their owner alone.
 *
 * Node's own `recursive` never comes to an end where the folder above is there and yet says that it is missing: below
 * `/proc`, or in a working directory that was removed.
 *
 * @throws Error of the file system, such as `EACCES`, `ENOTDIR`, or `EEXIST` for a file in its place
 */
export async function makeFolder(path: string): Promise<void> {
  const above = dirname(path);
  if (above !== path && (await find(above)) === null) await makeFolder(above);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((await find(path))?.isDirectory() !== true) throw error;
  }
}

const find = (path: string) => stat(path).catch(() => null);
