import { basename, dirname } from "node:path";
import type { ServerConfig } from "@keepsake/db";
import { verifyArchiveFile } from "../archive/archive-file.ts";
import { ArchiveError } from "../archive/archive-format.ts";
import { type FillResult, fillDatabase } from "../archive/fill-database.ts";
import { hashFile, listBackups } from "./backup-folder.ts";
import { createScratch } from "./scratch-database.ts";

/**
 * Checks a backup's bytes by its manifest, where there is one beside it, and then every line.
 *
 * @throws ArchiveError
 */
export async function checkBackupFile(path: string) {
  const backups = await listBackups(dirname(path)).catch(() => []);
  const known = backups.find(({ file }) => file === basename(path));
  if (known !== undefined && known.sha256 !== (await hashFile(path))) {
    throw new ArchiveError(`${path} is damaged: it does not have the checksum of its manifest.`);
  }
  return await verifyArchiveFile(path);
}

/**
 * Restores a backup into a scratch database and compares counts and checksums of every table.
 *
 * @param server where the scratch database may be made; null for an embedded one
 * @param folder for an embedded one
 * @throws ArchiveError; Error that names the table that differs
 */
export async function verifyBackup(
  path: string,
  server: ServerConfig | null,
  folder: string,
  signal: AbortSignal,
): Promise<FillResult & { readonly where: string }> {
  const { header } = await checkBackupFile(path);
  await using scratch = await createScratch(server, folder, header.schema.migrations);
  await using session = scratch.handle.openSession();
  const result = await session.sql.begin((tx) => fillDatabase(tx, path, signal));
  return { ...result, where: scratch.where };
}
