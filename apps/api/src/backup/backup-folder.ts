import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "@keepsake/db";
import { z } from "zod";
import { PARTIAL, syncPath } from "../archive/archive-file.ts";

/** `keepsake-20261130T023000Z`: sorts by time. A dump of deploy/backup.sh has the same name and another ending. */
const NAME = /^keepsake-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const MANIFEST = ".json";
export const ARCHIVE = ".jsonl.zst";
const FAILURE = "last-failure.json";

/** What is known of a backup. Its file has been restored and compared: before, there is no manifest. */
const Manifest = z.object({
  file: z.string(),
  bytes: z.int().min(1),
  /** Of the file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  keepsake: z.string().nullable(),
  rows: z.int().min(0),
  /** Where it was restored to be compared. */
  verifiedIn: z.string(),
  verifiedAt: z.iso.datetime(),
});
export type Manifest = z.infer<typeof Manifest>;

/** A backup that is good: its manifest, and where its file is. */
export interface Backup extends Manifest {
  readonly name: string;
  readonly path: string;
}

/** The last backup that came to nothing. */
const Failure = z.object({ at: z.iso.datetime(), problem: z.string() });
export type Failure = z.infer<typeof Failure>;

/** The name of a backup that is made now. */
export const nameAt = (at: Date): string => `keepsake-${at.toISOString().replace(/\.\d+|[-:]/g, "")}`;

/** What a restore has put something else in the place of: it is nobody's last good backup, and stays until it is removed. */
export const restorePointAt = (at: Date): string => nameAt(at).replace("-", "-before-");

/** When a backup was begun, by its name; null for another file. */
export function timeOf(name: string): Date | null {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  return year === undefined ? null : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Makes the folder when it is not there: its owner alone may look into it. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await readdir(folder);
  } catch (error) {
    throw new Error(
      `The folder for backups, ${folder}, cannot be used (${codeOf(error)}): KEEPSAKE_BACKUP_DIR names it.`,
    );
  }
}

/**
 * The good backups, newest first.
 *
 * @throws Error when the folder cannot be read; none in a folder that is not there
 */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw new Error(`The folder for backups, ${folder}, cannot be read (${codeOf(error)}).`);
  });
  const manifests = names.filter((name) => name.endsWith(MANIFEST)).map((name) => name.slice(0, -MANIFEST.length));
  const found = await Promise.all(manifests.filter((name) => timeOf(name) !== null).map((name) => read(folder, name)));
  return found.filter((backup) => backup !== null).sort((one, other) => (one.name < other.name ? 1 : -1));
}

/** Null for a manifest that is damaged, or whose file is another's. */
async function read(folder: string, name: string): Promise<Backup | null> {
  const manifest = await readJson(join(folder, `${name}${MANIFEST}`), Manifest);
  if (manifest === null || !manifest.file.startsWith(`${name}.`) || manifest.file.includes("/")) return null;
  return { ...manifest, name, path: join(folder, manifest.file) };
}

/** Gives a file that was verified its name, and its manifest, which makes it a good one. */
export async function keepBackup(folder: string, name: string, partial: string, manifest: Manifest): Promise<Backup> {
  const [path, note] = [join(folder, manifest.file), join(folder, `${name}${MANIFEST}`)];
  await writeFile(`${note}.partial`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(partial, path);
  await rename(`${note}.partial`, note);
  await syncPath(folder);
  return { ...manifest, name, path };
}

/** Removes a backup: the manifest first, so that a half-removed one is no good one. */
export async function removeBackup(folder: string, { name, path }: Backup): Promise<void> {
  await rm(join(folder, `${name}${MANIFEST}`), { force: true });
  await rm(path, { force: true });
}

/** A folder that `mkdtemp` made for a scratch database. */
const SCRATCH = /^scratch-[A-Za-z0-9]{6}$/;
/** Longer than any run takes: what is younger may be another's, who makes or verifies a backup in the same folder. */
const LEFTOVER_AGE_MS = 6 * 3_600_000;

/** The folder may hold other things. */
const isLeftover = (name: string) =>
  SCRATCH.test(name) ||
  (name.endsWith(PARTIAL) && timeOf((name.split(".", 1)[0] ?? "").replace("-before-", "-")) !== null);

/** Removes what runs left in the folder of backups that were killed. */
export const removeLeftovers = (folder: string): Promise<void> => removeOld(folder, isLeftover);

/** Removes what is too old to be of a run that goes on. */
export async function removeOld(folder: string, isMeant: (name: string) => boolean): Promise<void> {
  for (const name of (await readdir(folder)).filter(isMeant)) {
    const path = join(folder, name);
    // Whoever shares the folder may have removed it meanwhile.
    const writtenMs = (await stat(path).catch(() => null))?.mtimeMs ?? Date.now();
    if (Date.now() - writtenMs > LEFTOVER_AGE_MS) await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The last failure since the last good backup; null when there is none. */
export const readFailure = (folder: string): Promise<Failure | null> => readJson(join(folder, FAILURE), Failure);

/** Notes a failure for later starts, where the disk still takes it. */
export async function noteFailure(folder: string, failure: Failure | null): Promise<void> {
  const path = join(folder, FAILURE);
  if (failure === null) await rm(path, { force: true });
  else await writeFile(path, `${JSON.stringify(failure)}\n`, { mode: 0o600 }).catch(() => {});
}

/** SHA-256, hex, of a file. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
