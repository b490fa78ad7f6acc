import { createHash } from "node:crypto";
import { KEEPSAKE_VERSION } from "@keepsake/contract";
import type { DatabaseHandle } from "@keepsake/db";
import type postgres from "postgres";
import {
  ARCHIVE_FORMAT,
  ARCHIVE_VERSION,
  type ArchiveHeader,
  type ArchiveTrailer,
  hashRow,
  TableTally,
  type TableTotals,
  toRecordLine,
} from "./archive-format.ts";
import { type ArchiveScope, type ArchiveTable, listArchiveTables } from "./archive-tables.ts";
import { ARCHIVE_SETTINGS, orderByKey, readSortOrder, selectRows, sumTable } from "./row-sql.ts";
import { readSchemaVersion } from "./schema-version.ts";

/** What to write. */
export interface ExportOptions {
  readonly scope: ArchiveScope;
  /** With the scope `user`, whose rows; else null. */
  readonly userId: string | null;
  /** Without vectors an archive is a tenth as large, and they are made again after the import. */
  readonly withVectors: boolean;
  readonly signal?: AbortSignal;
  onTable?(name: string): void;
}

/** What an export wrote. */
export interface ExportResult {
  readonly header: ArchiveHeader;
  readonly trailer: ArchiveTrailer;
}

/** Rows of one round: a row is 200 kB at most, and a few kB as a rule. */
const FETCH_BYTES = 2 * 1024 * 1024;
const FETCH_ROWS_MAX = 2_000;
const CHUNK_CHARS = 64 * 1024;

/**
 * Writes an archive's lines from one snapshot of the database, with the memory of a few megabytes. At the end the
 * database counts and sums every table in that snapshot by itself, and both have to agree.
 *
 * @param session a single connection that nobody else uses meanwhile
 * @returns the lines in pieces; as the generator's value, what was written
 * @throws Error when what was written is not what the database holds
 */
export async function* exportArchive(
  session: postgres.Sql,
  home: DatabaseHandle["home"],
  options: ExportOptions,
): AsyncGenerator<string, ExportResult> {
  const sql = await session.reserve();
  try {
    await sql.unsafe("begin isolation level repeatable read read only");
    await sql.unsafe(ARCHIVE_SETTINGS);
    return yield* writeLines(sql, home, options);
  } finally {
    await sql.unsafe("rollback").catch(() => {});
    sql.release();
  }
}

async function* writeLines(sql: postgres.ReservedSql, home: DatabaseHandle["home"], options: ExportOptions) {
  const tables = await listArchiveTables(sql, options.scope, options.withVectors);
  const header = await makeHeader(sql, home, options, tables);
  const sha256 = createHash("sha256");
  const note = (text: string) => {
    sha256.update(text);
    return text;
  };
  yield note(`${JSON.stringify(header)}\n`);
  const totals: TableTotals = {};
  for (const table of tables) {
    options.onTable?.(table.name);
    const tally = new TableTally();
    for await (const lines of readTable(sql, table, options, tally)) yield note(lines);
    totals[table.name] = tally.total();
    await assertComplete(sql, table, options, tally.total());
  }
  const records = Object.values(totals).reduce((sum, { rows }) => sum + rows, 0);
  const trailer: ArchiveTrailer = { type: "trailer", records, tables: totals, sha256: sha256.digest("hex") };
  yield `${JSON.stringify(trailer)}\n`;
  return { header, trailer };
}

async function makeHeader(
  sql: postgres.ReservedSql,
  home: DatabaseHandle["home"],
  { scope, userId, withVectors }: ExportOptions,
  tables: readonly ArchiveTable[],
): Promise<ArchiveHeader> {
  const schema = await readSchemaVersion(sql);
  const [server] = await sql<[{ version: string; now: string; hasInstallation: boolean }]>`
    select split_part(current_setting('server_version'), ' ', 1) as version, now()::text as now,
      to_regclass('public.installation') is not null as "hasInstallation"`;
  // Schemas of before have no such table.
  const [installation] = server.hasInstallation ? await sql<{ id: string }[]>`select id from public.installation` : [];
  return {
    type: "header",
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    keepsake: KEEPSAKE_VERSION,
    schema,
    home,
    postgres: server.version,
    installation: installation?.id ?? null,
    scope,
    user: userId,
    vectors: withVectors,
    createdAt: new Date(server.now).toISOString(),
    tables: tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
  };
}

async function* readTable(
  sql: postgres.ReservedSql,
  table: ArchiveTable,
  { userId, signal }: ExportOptions,
  tally: TableTally,
): AsyncGenerator<string> {
  const order = orderByKey(table, await readSortOrder(sql));
  const query = selectRows(table, userId !== null, order);
  await sql.unsafe(`declare rows no scroll cursor for ${query}`, userId === null ? [] : [userId]);
  let lines = "";
  for await (const row of fetchAll(sql)) {
    signal?.throwIfAborted();
    const hash = hashRow(row);
    tally.add(row, hash);
    lines += `${toRecordLine({ table: table.name, hash, row })}\n`;
    if (lines.length < CHUNK_CHARS) continue;
    yield lines;
    lines = "";
  }
  if (lines !== "") yield lines;
  await sql.unsafe("close rows");
}

/** As many rows a round as fit into its bytes, going by the ones before. */
async function* fetchAll(sql: postgres.ReservedSql): AsyncGenerator<string> {
  let count = 16;
  for (;;) {
    const rows = await sql.unsafe<{ row: string }[]>(`fetch ${count} from rows`);
    let chars = 0;
    for (const { row } of rows) {
      chars += row.length;
      yield row;
    }
    if (rows.length < count) return;
    const fitting = Math.floor((FETCH_BYTES * rows.length) / Math.max(chars, 1));
    count = Math.min(Math.max(fitting, 1), count * 4, FETCH_ROWS_MAX);
  }
}

async function assertComplete(
  sql: postgres.ReservedSql,
  table: ArchiveTable,
  { userId }: ExportOptions,
  written: TableTotals[string],
): Promise<void> {
  const held = await sumTable(sql, table, userId);
  if (held.rows === written.rows && held.checksum === written.checksum) return;
  throw new Error(
    `${table.name} was not written as it is: the database holds ${held.rows} rows, ${written.rows} were written, and their checksums ${held.checksum === written.checksum ? "agree" : "differ"}.`,
  );
}
