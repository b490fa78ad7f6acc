import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { KEEPSAKE_VERSION } from "@keepsake/contract";
import type { DatabaseConfig, DatabaseHandle, ServerConfig } from "@keepsake/db";
import type postgres from "postgres";
import { PARTIAL, writePartial } from "../archive/archive-file.ts";
import { emptyTables } from "../archive/empty-tables.ts";
import { type ExportResult, exportArchive } from "../archive/export-archive.ts";
import { fillDatabase } from "../archive/fill-database.ts";
import {
  ARCHIVE,
  type Backup,
  hashFile,
  keepBackup,
  listBackups,
  nameAt,
  noteFailure,
  prepareFolder,
  removeBackup,
  removeLeftovers,
  restorePointAt,
  timeOf,
} from "./backup-folder.ts";
import { openCopy } from "./copy-cluster.ts";
import { expired, type Retention } from "./retention.ts";
import { createScratch } from "./scratch-database.ts";

/** Of what, and where to. */
export interface BackupOptions {
  readonly config: DatabaseConfig;
  /** Open already. */
  readonly handle: DatabaseHandle;
  readonly folder: string;
  /** Null keeps all. */
  readonly keep: Retention | null;
  readonly signal?: AbortSignal;
  /** It is told by its path alone: no list has it, so that no later backup takes its place. */
  readonly isRestorePoint?: boolean;
}

/** Somebody else makes a backup of this database right now. */
export class BackupUnderWayError extends Error {
  override readonly name = "BackupUnderWayError";
}

/** "keep" and "back" as ASCII: one backup of a database at a time, whoever makes it. */
const LOCK_KEY = [0x6b656570, 0x6261636b] as const;

/**
 * Makes a backup, restores it into a scratch database, and compares counts and checksums of every table with the snapshot
 * that it was made from. Only then it is one: it gets its name and its manifest. Whatever fails leaves nothing that looks
 * like a backup, leaves those before alone, and is noted.
 *
 * @throws BackupUnderWayError; Error with what failed
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { handle, folder, keep } = options;
  await prepareFolder(folder);
  await using session = handle.openSession();
  await using _lock = await takeLock(session.sql, handle.home);
  try {
    await removeLeftovers(folder);
    const backup = await makeAndVerify(options, session.sql);
    await noteFailure(folder, null);
    if (keep !== null) await prune(folder, keep);
    return backup;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await noteFailure(folder, { at: new Date().toISOString(), problem });
    throw error;
  }
}

async function takeLock(sql: postgres.Sql, home: DatabaseHandle["home"]): Promise<AsyncDisposable> {
  // The embedded database has one process, which makes one backup at a time.
  if (home === "embedded") return { [Symbol.asyncDispose]: async () => {} };
  const [row] = await sql<[{ locked: boolean }]>`
    select pg_try_advisory_lock(${LOCK_KEY[0]}, ${LOCK_KEY[1]}) as locked`;
  if (!row.locked) throw new BackupUnderWayError("A backup of this database is being made already.");
  const unlock = () => sql`select pg_advisory_unlock(${LOCK_KEY[0]}, ${LOCK_KEY[1]})`.catch(() => {});
  return { [Symbol.asyncDispose]: async () => void (await unlock()) };
}

interface Verified extends ExportResult {
  readonly where: string;
}

async function makeAndVerify(options: BackupOptions, sql: postgres.Sql): Promise<Backup> {
  const { config, folder } = options;
  const name = options.isRestorePoint ? restorePointAt(new Date()) : nameAt(new Date());
  const partial = join(folder, `${name}${ARCHIVE}${PARTIAL}`);
  try {
    const { header, trailer, where } =
      config.home === "embedded"
        ? await throughCopy(options, config.dataDir, partial)
        : await fromServer(options, config, sql, partial);
    return await keepBackup(folder, name, partial, {
      file: `${name}${ARCHIVE}`,
      bytes: (await stat(partial)).size,
      sha256: await hashFile(partial),
      createdAt: header.createdAt,
      keepsake: KEEPSAKE_VERSION,
      rows: trailer.records,
      verifiedIn: where,
      verifiedAt: new Date().toISOString(),
    });
  } finally {
    await rm(partial, { force: true });
  }
}

/** The snapshot of a transaction, and a new database to restore into. */
async function fromServer(
  { folder, handle, signal }: BackupOptions,
  config: ServerConfig,
  sql: postgres.Sql,
  partial: string,
): Promise<Verified> {
  const result = await writePartial(
    partial,
    exportArchive(sql, handle.home, { ...EVERYTHING, ...(signal && { signal }) }),
  );
  await using scratch = await createScratch(config, folder, result.header.schema.migrations);
  await using session = scratch.handle.openSession();
  await session.sql.begin((tx) => fillDatabase(tx, partial, signal));
  return { ...result, where: scratch.where };
}

/**
 * The embedded home has one connection, which a long snapshot would keep from everybody else: the backup is made from a
 * copy of the files, and the copy, once it is empty, is also what the backup is restored into.
 */
async function throughCopy(
  { folder, handle, signal }: BackupOptions,
  dataDir: string,
  partial: string,
): Promise<Verified> {
  await using copy = await openCopy(handle, dataDir, folder);
  await using session = copy.handle.openSession();
  const options = { ...EVERYTHING, ...(signal && { signal }) };
  const result = await writePartial(partial, exportArchive(session.sql, handle.home, options));
  await session.sql.begin(async (tx) => {
    await emptyTables(
      tx,
      result.header.tables.map(({ name }) => name),
    );
    await fillDatabase(tx, partial, signal);
  });
  return { ...result, where: copy.where };
}

const EVERYTHING = { scope: "backup", userId: null, withVectors: true } as const;

/** Dumps of deploy/backup.sh are removed by it. */
async function prune(folder: string, keep: Retention): Promise<void> {
  const backups = (await listBackups(folder)).filter(({ file }) => file.endsWith(ARCHIVE));
  const old = new Set(
    expired(
      backups.map(({ name }) => timeOf(name) ?? new Date(0)),
      keep,
    ).map(nameAt),
  );
  for (const backup of backups.filter(({ name }) => old.has(name))) await removeBackup(folder, backup);
}
