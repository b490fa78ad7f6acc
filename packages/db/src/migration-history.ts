import type postgres from "postgres";
import { MigrationError } from "./database-error.ts";
import type { MigrationFile } from "./migration-files.ts";

/** A migration that a database has. Rows that Drizzle's own migrator wrote have no name. */
export interface AppliedMigration {
  readonly name: string | null;
  readonly hash: string;
  /** See `MigrationFile.breaking`: kept, because an older version does not have the file. */
  readonly breaking: string | null;
}

/** What is left to do. */
export interface MigrationPlan {
  readonly pending: readonly MigrationFile[];
  /** Names of what the database has and this version does not know; it can live with them. */
  readonly ahead: readonly string[];
}

/**
 * Reads what was applied, oldest first. The table is Drizzle's own with two columns more, so that its tools agree with
 * ours on what was applied.
 */
export async function readHistory(sql: postgres.Sql): Promise<AppliedMigration[]> {
  // Asked first: an ordinary start should need no lock on the table and no right to create anything.
  const [row] = await sql<[{ columns: number }]>`
    select count(*)::int as columns from pg_attribute
    where attrelid = to_regclass('drizzle.__drizzle_migrations') and attname in ('name', 'breaking')`;
  if (row.columns < 2) await createHistory(sql);
  return await sql<AppliedMigration[]>`select name, hash, breaking from drizzle.__drizzle_migrations order by id`;
}

async function createHistory(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create schema if not exists drizzle;
    create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
    alter table drizzle.__drizzle_migrations add column if not exists name text, add column if not exists breaking text;
  `);
}

/** Notes a migration as applied, in its own transaction. */
export async function addToHistory(
  tx: postgres.TransactionSql,
  { name, hash, createdAtMs, breaking }: MigrationFile,
): Promise<void> {
  await tx`
    insert into drizzle.__drizzle_migrations (name, hash, created_at, breaking)
    values (${name}, ${hash}, ${createdAtMs}, ${breaking})`;
}

/**
 * Compares the files with what was applied, number by number.
 *
 * @throws MigrationError when an applied one was edited or is missing, or the database has a newer breaking one
 */
export function planMigrations(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationPlan {
  for (const [position, row] of applied.slice(0, files.length).entries()) {
    const file = files[position];
    if (file !== undefined && file.hash !== row.hash) throw mismatch(position, file, row, files);
  }
  const ahead = applied.slice(files.length);
  const breaking = ahead.filter((row) => row.breaking !== null);
  if (breaking.length > 0) throw tooNew(breaking);
  return { pending: files.slice(applied.length), ahead: ahead.map(displayName) };
}

function mismatch(
  position: number,
  file: MigrationFile,
  row: AppliedMigration,
  files: readonly MigrationFile[],
): MigrationError {
  const known = files.findIndex(({ hash }) => hash === row.hash);
  if (known === -1 && (row.name === null || row.name === file.name)) {
    return new MigrationError(
      `The migration ${file.name} was edited after it was applied to this database: put the file back as it was released, and make the change in a new migration.`,
    );
  }
  return new MigrationError(
    `This database was migrated in another order: its number ${position} is ${displayName(row)}, this version's is ${file.name}. Start the version that migrated it, or use another database.`,
  );
}

function tooNew(breaking: readonly AppliedMigration[]): MigrationError {
  const list = breaking.map((row) => `${displayName(row)} (${row.breaking || "no reason given"})`).join(", ");
  return new MigrationError(
    `This database is newer than this version of Keepsake can work with: it has ${list}. Start the newer version again, or restore a backup from before it.`,
  );
}

function displayName({ name, hash }: AppliedMigration): string {
  return name ?? `the migration with hash ${hash.slice(0, 12)}`;
}
