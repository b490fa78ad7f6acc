import type postgres from "postgres";
import { withArchiveFile } from "./archive-file.ts";
import { ArchiveError, type ArchiveHeader } from "./archive-format.ts";
import { type ArchiveTable, listArchiveTables } from "./archive-tables.ts";
import { type BatchComparison, compareBatch, type OnConflict, storeBatch } from "./batch-sql.ts";
import { findRivals, Rivals, recountDerived } from "./derived-rows.ts";
import type { RecordBatch } from "./read-archive.ts";
import { ARCHIVE_SETTINGS } from "./row-sql.ts";
import { readSchemaVersion } from "./schema-version.ts";

/** How to import. */
export interface ImportOptions {
  /** What becomes of rows that are there already and different: `refuse` imports nothing when there is one. */
  readonly onConflict: OnConflict | "refuse";
  /** Looks and tells, and changes nothing. */
  readonly dryRun: boolean;
  /** What a person knows the archive by, where that is not its path. */
  readonly called?: string;
  readonly signal?: AbortSignal;
  onTable?(step: "compare" | "store" | "check", table: string): void;
}

/** How an archive stands to a database, by table. */
export type ImportCounts = Readonly<Record<string, Omit<BatchComparison, "examples" | "foreign">>>;

/** What an import found and did. */
export interface ImportResult {
  readonly header: ArchiveHeader;
  /** Before. */
  readonly found: ImportCounts;
  /** After; null when nothing was to be changed. */
  readonly left: ImportCounts | null;
}

/** Rows are there already and different, so nothing was imported. */
class ImportConflictError extends Error {
  override readonly name = "ImportConflictError";
}

/**
 * Brings an archive's rows into a database, next to those that are there. The whole archive is read and compared before
 * the first row is stored, and again afterwards: then every row of it has to be in the database as it is in the archive.
 * Rows are stored in many transactions, so that an import that was interrupted goes on where it was when it is run again;
 * what is there already is not stored twice.
 *
 * @param session a single connection without a statement time-out
 * @throws ArchiveError, ImportConflictError: nothing was changed then
 */
export async function importArchive(
  session: postgres.Sql,
  path: string,
  options: ImportOptions,
): Promise<ImportResult> {
  const called = options.called ?? path;
  const comparison = await comparePass(session, path, "compare", options);
  assertMayImport(called, comparison.found, options);
  const { header, found } = comparison;
  if (options.dryRun || isAllThere(found.counts, options.onConflict))
    return { header, found: found.counts, left: null };
  await storeAll(session, path, options, conflictsOf(found.counts) > 0);
  const after = await comparePass(session, path, "check", options);
  assertArrived(called, found.counts, after.found.counts, options);
  await session.begin(recountDerived);
  return { header, found: found.counts, left: after.found.counts };
}

interface Found {
  readonly counts: Record<string, Omit<BatchComparison, "examples" | "foreign">>;
  readonly examples: string[];
}

async function comparePass(session: postgres.Sql, path: string, step: "compare" | "check", options: ImportOptions) {
  return await eachBatch(session, path, step, options, async (tx, batch, table, found: Found, owner) => {
    const { foreign, examples, ...counts } = await compareBatch(tx, table, batch.rows, owner);
    if (counts.rows !== batch.rows.length || foreign > 0) {
      const what =
        foreign > 0
          ? `${foreign} rows of ${table.name} under user ids that may not be there`
          : "lines that hold more than a row";
      throw new ArchiveError(`Between line ${batch.firstLine} and ${batch.lastLine} are ${what}.`);
    }
    found.examples.push(...examples.slice(0, 3 - found.examples.length).map((key) => `${table.name} ${key}`));
    found.counts[table.name] = addCounts(found.counts[table.name], counts);
  });
}

const addCounts = (sum: Found["counts"][string] | undefined, more: Found["counts"][string]) => ({
  rows: (sum?.rows ?? 0) + more.rows,
  same: (sum?.same ?? 0) + more.same,
  different: (sum?.different ?? 0) + more.different,
  clashing: (sum?.clashing ?? 0) + more.clashing,
});

/**
 * What was made from a row fits that row alone. Where the archive's row takes the place of another, vectors and cached
 * answers of the other go; where the other is kept, the archive's do not come.
 */
async function storeAll(session: postgres.Sql, path: string, options: ImportOptions, hasConflicts: boolean) {
  const isReplacing = options.onConflict === "replace";
  const rivals = new Rivals();
  if (hasConflicts) {
    await eachBatch(session, path, "compare", options, async (tx, { rows }, table) =>
      rivals.add(await findRivals(tx, table, rows)),
    );
    if (isReplacing) await session.begin((tx) => rivals.removeVectors(tx));
  }
  let hasStoredSources = false;
  await eachBatch(session, path, "store", options, async (tx, { rows }, table) => {
    // Behind the rows that answers are made from, and before the archive's own answers.
    if (isReplacing && table.name === "response_cache" && !hasStoredSources) {
      hasStoredSources = true;
      await rivals.removeAnswers(tx);
    }
    const fitting = isReplacing ? rows : rivals.withoutVectors(table, rows);
    if (fitting.length > 0) await storeBatch(tx, table, fitting, isReplacing ? "replace" : "keep");
  });
  if (hasConflicts && (!isReplacing || !hasStoredSources)) await session.begin((tx) => rivals.removeAnswers(tx));
}

type BatchWork = (
  tx: postgres.TransactionSql,
  batch: RecordBatch,
  table: ArchiveTable,
  found: Found,
  owner: string | null,
) => Promise<void>;

/** Reads the archive once, a transaction a batch. */
async function eachBatch(
  session: postgres.Sql,
  path: string,
  step: "compare" | "store" | "check",
  { signal, onTable, called = path }: ImportOptions,
  work: BatchWork,
): Promise<{ header: ArchiveHeader; found: Found }> {
  return await withArchiveFile(
    path,
    async ({ header, batches }) => {
      const tables = await matchTables(session, header);
      const found: Found = { counts: {}, examples: [] };
      let last = "";
      for await (const batch of batches()) {
        signal?.throwIfAborted();
        const table = tables.get(batch.table);
        if (table === undefined) throw new ArchiveError(`Line ${batch.firstLine} is of no table of this database.`);
        if (table.name !== last) onTable?.(step, table.name);
        last = table.name;
        await runBatch(session, batch, (tx) => work(tx, batch, table, found, header.user));
      }
      return { header, found };
    },
    called,
  );
}

/** A row that the database refuses is told with its place; what the transactions before it stored stays. */
async function runBatch(
  session: postgres.Sql,
  batch: RecordBatch,
  work: (tx: postgres.TransactionSql) => Promise<void>,
) {
  try {
    await session.begin(async (tx) => {
      await tx.unsafe(ARCHIVE_SETTINGS);
      await work(tx);
    });
  } catch (error) {
    throw toRowsFault(batch, error, " What was stored before them stays, and is not stored twice by another run.");
  }
}

/** Data, constraints, and a user that is being erased. */
const isRowsFault = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && /^(?:22|23|KS)/.test(String(error.code));

/**
 * What the database does not take of a batch, with the place; any other error as it is.
 *
 * @param consequence a sentence with a space before it
 */
export function toRowsFault({ table, firstLine, lastLine }: RecordBatch, error: unknown, consequence = ""): unknown {
  if (!isRowsFault(error)) return error;
  const place = `between line ${firstLine} and ${lastLine}`;
  return new ArchiveError(`The database does not take the rows of ${table} ${place} (${error.message}).${consequence}`);
}

/**
 * The database's tables by name, when they are the archive's.
 *
 * @throws ArchiveError when the schema is another, or the archive is a backup
 */
async function matchTables(session: postgres.Sql, header: ArchiveHeader): Promise<Map<string, ArchiveTable>> {
  assertNoBackup(header);
  assertSameSchema(header, await readSchemaVersion(session));
  const tables = await listArchiveTables(session, header.scope, header.vectors);
  const describe = (list: readonly { name: string; columns: readonly string[] }[]) =>
    JSON.stringify(list.map(({ name, columns }) => [name, columns]));
  const own = tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) }));
  if (describe(own) !== describe(header.tables)) throw new ArchiveError("Its tables are not those of this database.");
  return new Map(tables.map((table) => [table.name, table]));
}

/** Tokens and their key belong to one installation. @throws ArchiveError with what to do */
export function assertNoBackup({ scope }: ArchiveHeader): void {
  if (scope !== "backup") return;
  throw new ArchiveError("It is a backup, with tokens: keepsake restore puts it in the place of a database.");
}

/** @throws ArchiveError with what to do */
export function assertSameSchema({ schema, keepsake }: ArchiveHeader, own: ArchiveHeader["schema"]): void {
  if (schema.migrations === own.migrations && schema.last === own.last) return;
  if (schema.migrations > own.migrations) {
    throw new ArchiveError(
      `It was made by a newer Keepsake (${keepsake}, schema ${schema.last}): update this one first.`,
    );
  }
  const how = schema.migrations < own.migrations ? "older than" : "another than";
  throw new ArchiveError(`Its schema (${schema.last}) is ${how} this database's (${own.last}).`);
}

const conflictsOf = (counts: ImportCounts) =>
  Object.values(counts).reduce((sum, { different, clashing }) => sum + different + clashing, 0);

function assertMayImport(path: string, { counts, examples }: Found, { onConflict, dryRun }: ImportOptions): void {
  const conflicts = conflictsOf(counts);
  if (dryRun || conflicts === 0 || onConflict !== "refuse") return;
  throw new ImportConflictError(
    `${conflicts} rows of ${path} are in the database already, and different (${examples.join("; ")}): nothing was imported. --on-conflict keep leaves those as they are, --on-conflict replace overwrites them.`,
  );
}

const isAllThere = (counts: ImportCounts, onConflict: ImportOptions["onConflict"]) =>
  Object.values(counts).every(({ rows, same }) => rows === same) && onConflict !== "replace";

/** Replaced: every row is as in the archive. Kept: every row is, but those that were in the way and what belongs to them. */
function assertArrived(path: string, before: ImportCounts, after: ImportCounts, { onConflict }: ImportOptions): void {
  const wrong = Object.entries(after).filter(([, { rows, same, different, clashing }]) =>
    onConflict === "keep" ? conflictsOf(before) === 0 && rows !== same : rows !== same || different + clashing > 0,
  );
  if (wrong.length === 0) return;
  const list = wrong.map(([name, { rows, same }]) => `${name}: ${same} of ${rows}`).join(", ");
  throw new Error(
    `After the import of ${path} the database does not hold all of it (${list}): somebody else may have changed it meanwhile.`,
  );
}
