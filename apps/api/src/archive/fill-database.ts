import type postgres from "postgres";
import { withArchiveFile } from "./archive-file.ts";
import { ArchiveError, type ArchiveHeader, type ArchiveTrailer, type TableTotals } from "./archive-format.ts";
import { type ArchiveTable, listArchiveTables } from "./archive-tables.ts";
import { insertBatch } from "./batch-sql.ts";
import { assertSameSchema, toRowsFault } from "./import-archive.ts";
import { type AnySql, ARCHIVE_SETTINGS, sumTable } from "./row-sql.ts";
import { readSchemaVersion } from "./schema-version.ts";

/** What a database was filled with. */
export interface FillResult {
  readonly header: ArchiveHeader;
  readonly trailer: ArchiveTrailer;
}

/**
 * Fills the tables of a database that hold nothing with an archive, in the transaction given, and compares: every table
 * has to have the counts and checksums that the archive was written with, as the database itself sums them.
 *
 * @throws ArchiveError, Error: the transaction is to be rolled back
 */
export async function fillDatabase(
  tx: postgres.TransactionSql,
  path: string,
  signal?: AbortSignal,
): Promise<FillResult> {
  await tx.unsafe(ARCHIVE_SETTINGS);
  return await withArchiveFile(path, async ({ header, batches }) => {
    assertSameSchema(header, await readSchemaVersion(tx));
    const tables = await listArchiveTables(tx, header.scope, header.vectors);
    const reading = batches();
    let next = await reading.next();
    for (; !next.done; next = await reading.next()) {
      signal?.throwIfAborted();
      const batch = next.value;
      const table = tables.find((each) => each.name === batch.table);
      if (table === undefined) throw new ArchiveError(`Line ${batch.firstLine} is of no table of this database.`);
      await insertBatch(tx, table, batch.rows).catch((error: unknown) => {
        throw toRowsFault(batch, error);
      });
    }
    await assertSums(tx, tables, header, next.value.tables);
    return { header, trailer: next.value };
  });
}

/**
 * Compares a database with what an archive was written with.
 *
 * @throws Error that names the first table that differs
 */
export async function assertSums(
  sql: AnySql,
  tables: readonly ArchiveTable[],
  { user }: Pick<ArchiveHeader, "user">,
  written: TableTotals,
): Promise<void> {
  for (const table of tables) {
    const [is, was] = [await sumTable(sql, table, user), written[table.name]];
    if (is.rows === was?.rows && is.checksum === was.checksum) continue;
    throw new Error(
      `${table.name} is not in the database as it is in the archive: ${is.rows} rows of ${was?.rows ?? 0}, and their checksums ${is.checksum === was?.checksum ? "agree" : "differ"}.`,
    );
  }
}
