import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MigrationError } from "./database-error.ts";

const STATEMENT_BREAKPOINT = "--> statement-breakpoint";
const BREAKING = /^-- breaking:(.*)/;

/** One migration as drizzle-kit writes it. */
export interface MigrationFile {
  /** `0001_create-tables`. */
  readonly name: string;
  readonly statements: readonly string[];
  /** SHA-256, hex, of the file with `\n` line ends: the same as Drizzle's own migrator writes. */
  readonly hash: string;
  /** Epoch milliseconds, from the journal. */
  readonly createdAtMs: number;
  /** What an older version cannot live with, from a first line `-- breaking: …`; null when it can. */
  readonly breaking: string | null;
}

interface JournalEntry {
  readonly idx: number;
  readonly when: number;
  readonly tag: string;
}

/** The folder of this version's migrations, from the source and from a bundle alike. */
export function findMigrationsFolder(): string {
  const journal = createRequire(import.meta.url).resolve("@keepsake/db/migrations/meta/_journal.json");
  return dirname(dirname(journal));
}

/**
 * Reads the migrations in the journal's order.
 *
 * @throws MigrationError when the journal is out of order (two branches were merged), or does not match the files
 */
export async function readMigrationFiles(folder: string): Promise<MigrationFile[]> {
  const entries = await readJournal(folder);
  assertInOrder(entries);
  await assertAllListed(folder, entries);
  return await Promise.all(entries.map((entry) => readMigrationFile(folder, entry)));
}

async function readJournal(folder: string): Promise<JournalEntry[]> {
  const path = join(folder, "meta", "_journal.json");
  try {
    const { entries } = JSON.parse(await readFile(path, "utf8")) as { entries: JournalEntry[] };
    return entries;
  } catch (error) {
    throw new MigrationError(`The migrations' journal ${path} cannot be read: the installation is incomplete.`, {
      cause: error,
    });
  }
}

/** Drizzle's migrator skips an entry that is dated before the last applied one, and says nothing. */
function assertInOrder(entries: readonly JournalEntry[]): void {
  for (const [position, entry] of entries.entries()) {
    const previous = entries[position - 1];
    const isInOrder = entry.idx === position && (previous === undefined || previous.when < entry.when);
    if (isInOrder) continue;
    throw new MigrationError(
      `The migrations' journal is out of order: ${entry.tag} (number ${entry.idx}, ${toDate(entry.when)}) stands after ${previous?.tag ?? "nothing"}${previous ? ` (number ${previous.idx}, ${toDate(previous.when)})` : ""}. Generate it again on top of the others.`,
    );
  }
}

async function assertAllListed(folder: string, entries: readonly JournalEntry[]): Promise<void> {
  const listed = new Set(entries.map(({ tag }) => `${tag}.sql`));
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".sql") || listed.has(file)) continue;
    throw new MigrationError(`The migration ${file} is not in the journal: it would never run.`);
  }
}

async function readMigrationFile(folder: string, { tag, when }: JournalEntry): Promise<MigrationFile> {
  const path = join(folder, `${tag}.sql`);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new MigrationError(`The migration ${path} cannot be read: the installation is incomplete.`, { cause: error });
  });
  // A checkout with other line ends is not another migration.
  const content = text.replaceAll("\r\n", "\n");
  return {
    name: tag,
    statements: content.split(STATEMENT_BREAKPOINT).filter((statement) => statement.trim() !== ""),
    hash: createHash("sha256").update(content).digest("hex"),
    createdAtMs: when,
    breaking: BREAKING.exec(content)?.[1]?.trim() ?? null,
  };
}

function toDate(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
