import { existsSync } from "node:fs";
import { listBackups } from "../backup/backup-folder.ts";
import type { Config } from "../config.ts";

/** @throws Error when there is none */
export function backupFolder({ backup: { folder } }: Config): string {
  if (folder === null) throw new Error("There is no folder for backups: set KEEPSAKE_BACKUP_DIR.");
  return folder;
}

/**
 * The file that a person named, or the newest good one for `latest`.
 *
 * @throws Error when there is none
 */
export async function findBackup(config: Config, named: string): Promise<string> {
  if (named !== "latest") {
    if (existsSync(named)) return named;
    throw new Error(`There is no file ${named}.`);
  }
  const folder = backupFolder(config);
  // Dumps are deploy/restore.sh's.
  const backups = await listBackups(folder);
  const newest = backups.find(({ file }) => file.endsWith(".jsonl.zst"));
  if (newest === undefined && backups.length > 0)
    throw new Error(`${folder} holds dumps only: deploy/restore.sh puts them back (docs/backups.md, By compose).`);
  if (newest === undefined) throw new Error(`There is no good backup in ${folder}.`);
  return newest.path;
}
