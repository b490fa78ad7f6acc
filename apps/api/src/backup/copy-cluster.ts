import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { connect, type DatabaseHandle } from "@keepsake/db";
import type { Scratch } from "./scratch-database.ts";

/** A file that was written so shortly before it was copied may have been written again within the clock's tick. */
const SETTLED_MS = 2_000;

interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly copiedAtMs: number;
}

/**
 * Opens a copy of the running embedded database. Its files are copied while it goes on; then it is held still, for as
 * long as it takes to copy again what has changed meanwhile, and callers wait that long. The copy is what a crash at that
 * moment would have left, with a checkpoint just before: PostgreSQL makes a sound database of it.
 *
 * @param parent a folder on a disk that holds the database a second time
 */
export async function openCopy(handle: DatabaseHandle, dataDir: string, parent: string): Promise<Scratch> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parent, "scratch-"));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  // The cluster's own folder: who copies the lock beside it loses the lock.
  const [from, to] = [join(dataDir, "postgres"), join(folder, "data", "postgres")];
  const copied = new Map<string, FileState>();
  await copyChanged(from, to, copied);
  await holdStill(handle, () => copyChanged(from, to, copied));
  const copy = resources.use(await connect({ home: "embedded", dataDir: join(folder, "data") }));
  const running = resources.move();
  return { handle: copy, where: "a copy of the database", [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** There is one session: inside of its transaction nobody else's statement runs, and nothing writes by itself. */
async function holdStill(handle: DatabaseHandle, work: () => Promise<void>): Promise<void> {
  const sql = await handle.sql.reserve();
  try {
    await sql.unsafe("checkpoint");
    await sql.unsafe("begin");
    // It is everybody's only session: whatever fails, it goes back outside of a transaction.
    await work().finally(() => sql.unsafe("rollback"));
  } finally {
    sql.release();
  }
}

/** Copies what is not copied yet or has changed since, and removes from the copy what is gone. */
async function copyChanged(from: string, to: string, copied: Map<string, FileState>): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = new Set<string>();
  for (const entry of entries) {
    const path = relative(from, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) await mkdir(join(to, path), { recursive: true });
    else if (entry.isFile()) files.add(path);
  }
  for (const path of files) await copyIfChanged(from, to, path, copied);
  for (const path of copied.keys()) {
    if (files.has(path)) continue;
    await rm(join(to, path), { force: true });
    copied.delete(path);
  }
}

async function copyIfChanged(from: string, to: string, path: string, copied: Map<string, FileState>): Promise<void> {
  const copiedAtMs = Date.now();
  const now = await stat(join(from, path)).catch(() => null);
  if (now === null) return;
  const before = copied.get(path);
  const { size, mtimeMs } = now;
  if (before?.size === size && before.mtimeMs === mtimeMs && before.copiedAtMs - mtimeMs > SETTLED_MS) return;
  await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE).catch((error: unknown) => {
    // Gone between the two: the next round sees it.
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
  copied.set(path, { size, mtimeMs, copiedAtMs });
}
