import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import type { DatabaseHandle } from "./database.ts";
import { MigrationError } from "./database-error.ts";
import { findMigrationsFolder, type MigrationFile, readMigrationFiles } from "./migration-files.ts";
import { addToHistory, planMigrations, readHistory } from "./migration-history.ts";
import { assertMigrationLock, takeMigrationLock } from "./migration-lock.ts";

/** For the lock, and for tables that other sessions hold. */
const WAIT_MS = 600_000;
/** A migration that waits for a table makes everybody behind it wait too, so it steps back after this. */
const LOCK_TIMEOUT = "5s";
const RETRY_PAUSE_MS = 1000;
const LOCK_NOT_AVAILABLE = "55P03";
const INSUFFICIENT_PRIVILEGE = "42501";

/** How to migrate. */
export interface MigrateOptions {
  /** Of drizzle-kit's making; this package's own by default. */
  readonly migrationsFolder?: string;
  /** Only so many of them, for a database that is to have the schema of an earlier version. */
  readonly count?: number;
  onProgress?(step: string): void;
}

/** What migrating did. */
export interface MigrateResult {
  /** Names, in the order in which they ran. */
  readonly applied: readonly string[];
  /** Names of migrations of a newer version that this one can live with: worth a warning. */
  readonly ahead: readonly string[];
}

/**
 * Brings the schema to this version. Any number of servers may call it at once: one does the work, the others wait
 * (10 minutes at most) and find it done. Each file is one transaction together with the row that notes it, so a
 * killed migration leaves nothing behind and the next start completes it.
 *
 * Drizzle's own migrator takes no lock and skips a file that is dated before the last one.
 *
 * @throws MigrationError
 */
export async function migrate(handle: DatabaseHandle, options: MigrateOptions = {}): Promise<MigrateResult> {
  const known = await readMigrationFiles(options.migrationsFolder ?? findMigrationsFolder());
  const files = known.slice(0, options.count ?? known.length);
  const tellProgress = (step: string): void => options.onProgress?.(step);
  await using session = handle.openSession();
  try {
    await using _lock = await takeMigrationLock(session.sql, WAIT_MS, () =>
      tellProgress("waiting for another server that migrates the database"),
    );
    const { pending, ahead } = planMigrations(files, await readHistory(session.sql));
    for (const file of pending) {
      tellProgress(`migrating the database: ${file.name}`);
      await applyMigration(session.sql, file, tellProgress);
    }
    return { applied: pending.map(({ name }) => name), ahead };
  } catch (error) {
    throw toMigrationError(error, "The database could not be migrated");
  }
}

async function applyMigration(
  sql: postgres.Sql,
  file: MigrationFile,
  tellProgress: (step: string) => void,
): Promise<void> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (;;) {
    try {
      await sql.begin((tx) => runMigration(tx, file));
      return;
    } catch (error) {
      const mayRetry = codeOf(error) === LOCK_NOT_AVAILABLE && performance.now() < giveUpAt;
      if (!mayRetry) throw toMigrationError(error, `The migration ${file.name} failed and was rolled back`);
      tellProgress(`the migration ${file.name} waits for a table that another session holds`);
      await sleep(RETRY_PAUSE_MS);
    }
  }
}

async function runMigration(tx: postgres.TransactionSql, file: MigrationFile): Promise<void> {
  await assertMigrationLock(tx);
  await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  // A migration may rewrite a table; on the embedded home a statement gets ten seconds otherwise.
  await tx.unsafe("set local statement_timeout = 0");
  for (const statement of file.statements) await tx.unsafe(statement);
  await addToHistory(tx, file);
}

function toMigrationError(error: unknown, what: string): MigrationError {
  if (error instanceof MigrationError) return error;
  const said = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  const remedy =
    codeOf(error) === INSUFFICIENT_PRIVILEGE
      ? " The database's user must own the database, or have CREATE on it and on its schema public."
      : "";
  return new MigrationError(`${what}: ${said}.${remedy}`, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
