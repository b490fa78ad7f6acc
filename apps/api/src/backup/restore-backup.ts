import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  connect,
  type DatabaseConfig,
  type DatabaseHandle,
  type EmbeddedConfig,
  hasCluster,
  makeFolder,
  migrate,
  openServerClient,
  replaceCluster,
  type ServerConfig,
} from "@keepsake/db";
import { ArchiveError, type ArchiveHeader } from "../archive/archive-format.ts";
import { listArchiveTables } from "../archive/archive-tables.ts";
import { dropVectorIndexes, emptyTables } from "../archive/empty-tables.ts";
import { assertSums, type FillResult, fillDatabase } from "../archive/fill-database.ts";
import { ARCHIVE_SETTINGS } from "../archive/row-sql.ts";
import { readSchemaVersion } from "../archive/schema-version.ts";
import { removeOld } from "./backup-folder.ts";
import { bringUpToDate } from "./current-archive.ts";
import { type Guard, readGuard, writeGuard } from "./guard-rows.ts";
import { makeBackup } from "./make-backup.ts";
import { checkBackupFile } from "./verify-backup.ts";

/** What is to be put in the place of what. */
export interface RestoreOptions {
  readonly config: DatabaseConfig;
  /** An archive of everybody. */
  readonly path: string;
  /** In the place of what is there. */
  readonly replace: boolean;
  /** Where a server's present rows are kept first; null when there is no such folder. */
  readonly restorePointFolder: string | null;
  /** They cannot be read any more, so that they are lost. */
  readonly isWithoutRestorePoint: boolean;
  readonly signal: AbortSignal;
  note(step: string): void;
}

/** What was restored, and where what was there before can be found; null when there was nothing. */
export interface RestoreResult extends FillResult {
  readonly before: string | null;
}

/**
 * Puts a backup in the place of a database, in one step: whatever fails before it changes nothing. What was there is kept
 * beside it. The counts and checksums of every table are compared before the step, and on the embedded home after it too.
 *
 * @throws ArchiveError, DatabaseStartError, Error: what was there is as it was
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { config, path } = options;
  if (config.home === "embedded") await assertMayReplaceFolder(config, options);
  const { header } = await checkBackupFile(path);
  if (header.scope === "user") {
    throw new ArchiveError(`${path} holds one user: keepsake import brings it in next to the others.`);
  }
  return config.home === "embedded"
    ? await restoreFolder(config, options, header)
    : await restoreServer(config, options);
}

async function assertMayReplaceFolder({ dataDir }: EmbeddedConfig, { replace }: RestoreOptions): Promise<void> {
  if (replace || !(await hasCluster(dataDir))) return;
  throw new Error(
    `There is a database in ${resolve(dataDir)}, and nothing was changed. To put the backup in its place, add --replace: the one before is kept beside it.`,
  );
}

/** What a restoring that was killed leaves: a whole database. */
const DRAFT = "restoring-";

/** Built in a folder of its own, brought up to date there, and put in its place by its name. */
async function restoreFolder(
  config: EmbeddedConfig,
  options: RestoreOptions,
  header: ArchiveHeader,
): Promise<RestoreResult> {
  const { note, path, signal } = options;
  await makeFolder(config.dataDir);
  await removeOld(config.dataDir, (name) => name.startsWith(DRAFT));
  const draft = await mkdtemp(join(config.dataDir, DRAFT));
  try {
    const draftDir = join(draft, "data");
    note("restoring into a new database …");
    const guard = header.scope === "all" ? await readGuard(config) : null;
    const result = await fillFolder(draftDir, path, header, { signal, guard });
    const { aside, undo } = await replaceCluster(config.dataDir, draftDir);
    note("checking the restored database …");
    await checkFolder(config, header, result).catch(async (error: unknown) => {
      await undo();
      throw error;
    });
    return { ...result, before: aside };
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function fillFolder(
  dataDir: string,
  path: string,
  header: ArchiveHeader,
  { signal, guard }: { readonly signal: AbortSignal; readonly guard: Guard | null },
): Promise<FillResult> {
  await using handle = await connect({ home: "embedded", dataDir });
  await migrate(handle, { count: header.schema.migrations });
  await using session = handle.openSession();
  const result = await session.sql.begin((tx) => fillDatabase(tx, path, signal));
  await migrate(handle);
  if (guard !== null) await writeGuard(session.sql, guard);
  return result;
}

/** As the next start opens it. Migrations change sums: of an older archive the opening alone is checked. */
async function checkFolder(config: EmbeddedConfig, header: ArchiveHeader, { trailer }: FillResult): Promise<void> {
  await using handle = await connect(config);
  const { migrations } = await readSchemaVersion(handle.sql);
  if (migrations !== header.schema.migrations) return;
  await using session = handle.openSession();
  await session.sql.begin(async (tx) => {
    await tx.unsafe(ARCHIVE_SETTINGS);
    const tables = await listArchiveTables(tx, header.scope, header.vectors);
    await assertSums(tx, tables, header, trailer.tables);
  });
}

/** One transaction in the database itself: it needs no right to make databases, and its end is the only moment of change. */
async function restoreServer(config: ServerConfig, options: RestoreOptions): Promise<RestoreResult> {
  const { note, path, restorePointFolder, signal } = options;
  await assertNobodyElse(config);
  await using handle = await connect(config, { onProgress: note });
  await migrate(handle, { onProgress: note });
  const before = (await holdsRows(handle)) ? await keepWhatIsThere(config, handle, options) : null;
  const schema = await readSchemaVersion(handle.sql);
  const parent = restorePointFolder ?? dirname(path);
  await using current = await bringUpToDate(path, { config, schema, parent, signal, note });
  note("restoring in one transaction …");
  await using session = handle.openSession();
  const result = await session.sql.begin(async (tx) => {
    await dropVectorIndexes(tx);
    await emptyTables(
      tx,
      current.header.tables.map(({ name }) => name),
    );
    return await fillDatabase(tx, current.path, signal);
  });
  await session.sql`analyze`;
  return { ...result, before };
}

/** Looked at before we are there ourselves. A server that cannot be reached is told by who connects next. */
async function assertNobodyElse({ url }: ServerConfig): Promise<void> {
  const sql = openServerClient(url, {
    max: 1,
    connect_timeout: 5,
    connection: { application_name: "keepsake restore" },
  });
  try {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and application_name = 'keepsake'`.catch(
      () => [],
    );
    if (row === undefined || row.count === 0) return;
    throw new Error(
      `Keepsake is running on this database (${row.count} sessions), and nothing was changed: stop it first (with compose: docker compose stop api).`,
    );
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function holdsRows({ sql }: DatabaseHandle): Promise<boolean> {
  const tables = await listArchiveTables(sql, "backup", true);
  for (const { name } of tables) {
    // Every server that was ever started here left its one row.
    if (name === "installation") continue;
    const found = await sql`select from ${sql(name)} limit 1`;
    if (found.length > 0) return true;
  }
  return false;
}

async function keepWhatIsThere(
  config: ServerConfig,
  handle: DatabaseHandle,
  options: RestoreOptions,
): Promise<string | null> {
  const { replace, restorePointFolder: folder, isWithoutRestorePoint, note, signal } = options;
  if (!replace) {
    throw new Error(
      "The database holds rows, and nothing was changed. To put the backup in their place, add --replace.",
    );
  }
  if (isWithoutRestorePoint) return null;
  if (folder === null) {
    throw new Error(
      "The database holds rows, and there is no folder to keep them in: set KEEPSAKE_BACKUP_DIR, or add --without-restore-point to lose them.",
    );
  }
  note("backing up what is there, as a restore point …");
  const { path } = await makeBackup({ config, handle, folder, keep: null, signal, isRestorePoint: true });
  return path;
}
