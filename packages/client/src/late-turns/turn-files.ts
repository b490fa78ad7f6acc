// Loaded when a folder is used: the rest of the client runs where there are no files.
const files = () => import("node:fs/promises");

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** What a file is called while it is written. */
const UNFINISHED = ".unfinished";

/** Removes what {@link writeDurably} was killed over so long ago. */
export async function removeUnfinished(folder: string, olderThanMs: number): Promise<void> {
  const { stat } = await files();
  for (const name of await listFiles(folder)) {
    const path = `${folder}/${name}`;
    if (name.endsWith(UNFINISHED) && (await stat(path)).mtimeMs < Date.now() - olderThanMs) await removeIfThere(path);
  }
}

/** The names of a folder's files; none while there is no such folder. */
export async function listFiles(folder: string): Promise<string[]> {
  const { readdir } = await files();
  return readdir(folder).catch(unlessMissing([]));
}

/** A file's text; null when there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  const { readFile } = await files();
  return readFile(path, "utf8").catch(unlessMissing(null));
}

/** Removes a file that another process may have removed already. */
export async function removeIfThere(path: string): Promise<void> {
  const { unlink } = await files();
  await unlink(path).catch(unlessMissing(undefined));
}

/** Renames a file that another process may have taken already. */
export async function rename(from: string, to: string): Promise<void> {
  const { rename: renameFile } = await files();
  await renameFile(from, to).catch(unlessMissing(undefined));
}

/** Writes a file that is there whole or not at all, and survives a power cut once this returns. */
export async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const { mkdir, rename: renameFile, writeFile, unlink } = await files();
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  const unfinished = `${folder}/.${name}${UNFINISHED}`;
  try {
    await writeFile(unfinished, text, { flush: true, mode: OWNER_ONLY_FILE, flag: "wx" });
    await renameFile(unfinished, `${folder}/${name}`);
    await syncFolder(folder);
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    throw error;
  }
}

/** A new name is on disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and keeps names by itself.
  if (process.platform === "win32") return;
  const { open } = await files();
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

function unlessMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}
