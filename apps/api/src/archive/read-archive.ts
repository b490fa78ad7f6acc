import { createHash } from "node:crypto";
import { jsonDepth } from "../platform/json-guard.ts";
import {
  ARCHIVE_VERSION,
  ArchiveError,
  ArchiveHeader,
  type ArchiveRecord,
  ArchiveTrailer,
  hashRow,
  parseRecordLine,
  TableTally,
  type TableTotals,
} from "./archive-format.ts";
import { readLines } from "./read-lines.ts";

/** Rows of one table that stand behind each other. */
export interface RecordBatch {
  readonly table: string;
  readonly rows: readonly string[];
  /** Lines of the archive, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** An archive while it is read. */
export interface OpenArchive {
  readonly header: ArchiveHeader;
  /** Checks every line before it gives it out, and at the end that nothing is missing. To be read to its end. */
  batches(): AsyncGenerator<RecordBatch, ArchiveTrailer>;
}

const BATCH_ROWS_MAX = 500;
const BATCH_CHARS_MAX = 1024 * 1024;
/** What callers may send, and the levels around it. Deeper JSON would end the embedded database. */
const DEPTH_MAX = 64;

/**
 * Begins to read an archive's lines.
 *
 * @throws ArchiveError when it is none, or of another version of the format
 */
export async function openArchive(source: AsyncIterable<Buffer>): Promise<OpenArchive> {
  const lines = readLines(source);
  const first = await lines.next();
  if (first.done) throw new ArchiveError("It is empty.");
  const header = parseHeader(first.value);
  return { header, batches: () => readBatches(header, first.value, lines) };
}

function parseHeader(line: string): ArchiveHeader {
  const json = parseJson(line);
  if (typeof json !== "object" || json === null || !("format" in json) || json.format !== "keepsake-archive") {
    throw new ArchiveError("It is no archive of Keepsake's: the first line is not its header.");
  }
  if (!("version" in json) || json.version !== ARCHIVE_VERSION) {
    const version = "version" in json ? JSON.stringify(json.version) : "unknown";
    throw new ArchiveError(`It is of format version ${version}, and this Keepsake reads version ${ARCHIVE_VERSION}.`);
  }
  const header = ArchiveHeader.safeParse(json);
  if (header.success) return header.data;
  throw new ArchiveError(`Its header is damaged (${header.error.issues[0]?.path.join(".")}).`);
}

function parseJson(line: string): unknown {
  try {
    return jsonDepth(line, DEPTH_MAX) > DEPTH_MAX ? null : JSON.parse(line);
  } catch {
    return null;
  }
}

/** What was read so far. */
class Progress {
  readonly #order: readonly string[];
  readonly #sha256 = createHash("sha256");
  readonly #tallies = new Map<string, TableTally>();
  #at = 0;

  constructor(header: ArchiveHeader) {
    this.#order = header.tables.map(({ name }) => name);
  }

  /** Every line but the last. */
  note(line: string): void {
    this.#sha256.update(line).update("\n");
  }

  add({ table, hash, row }: ArchiveRecord, line: number): void {
    const at = this.#order.indexOf(table, this.#at);
    if (at === -1) {
      const what = this.#order.includes(table) ? "stands in the wrong place" : "is not in the header";
      throw new ArchiveError(`Line ${line} is damaged: its table ${table} ${what}.`);
    }
    this.#at = at;
    if (hashRow(row) !== hash) throw new ArchiveError(`Line ${line} is damaged: its row does not have its hash.`);
    if (jsonDepth(row, DEPTH_MAX) > DEPTH_MAX)
      throw new ArchiveError(`Line ${line} nests deeper than ${DEPTH_MAX} levels.`);
    this.#tallyOf(table).add(row, hash);
  }

  #tallyOf(table: string): TableTally {
    const tally = this.#tallies.get(table) ?? new TableTally();
    this.#tallies.set(table, tally);
    return tally;
  }

  assertEndsWith(trailer: ArchiveTrailer): void {
    const totals: TableTotals = {};
    for (const name of this.#order) totals[name] = this.#tallyOf(name).total();
    const wrong = this.#order.find((name) => !isSame(trailer.tables[name], totals[name]));
    if (wrong !== undefined) {
      const [is, was] = [totals[wrong]?.rows, trailer.tables[wrong]?.rows];
      throw new ArchiveError(`The rows of ${wrong} are not those that were written (${is} found, ${was} written).`);
    }
    const records = Object.values(totals).reduce((sum, { rows }) => sum + rows, 0);
    const isWhole = trailer.records === records && Object.keys(trailer.tables).length === this.#order.length;
    if (!isWhole || trailer.sha256 !== this.#sha256.digest("hex")) {
      throw new ArchiveError("Its lines are not those that were written: the checksum of all differs.");
    }
  }
}

const isSame = (one: TableTotals[string] | undefined, other: TableTotals[string] | undefined) =>
  one?.rows === other?.rows && one?.checksum === other?.checksum && one?.sha256 === other?.sha256;

async function* readBatches(
  header: ArchiveHeader,
  headerLine: string,
  lines: AsyncGenerator<string>,
): AsyncGenerator<RecordBatch, ArchiveTrailer> {
  const progress = new Progress(header);
  progress.note(headerLine);
  let [number, batch, chars] = [1, emptyBatch("", 2), 0];
  for await (const line of lines) {
    number += 1;
    const record = parseRecordLine(line);
    if (record === null) {
      const trailer = parseTrailer(line, number);
      progress.assertEndsWith(trailer);
      await assertEnds(lines, number);
      if (batch.rows.length > 0) yield batch;
      return trailer;
    }
    progress.add(record, number);
    progress.note(line);
    if (record.table !== batch.table || batch.rows.length === BATCH_ROWS_MAX || chars > BATCH_CHARS_MAX) {
      if (batch.rows.length > 0) yield batch;
      [batch, chars] = [emptyBatch(record.table, number), 0];
    }
    batch.rows.push(record.row);
    batch.lastLine = number;
    chars += record.row.length;
  }
  throw new ArchiveError(`It breaks off behind line ${number}: its last line is missing.`);
}

const emptyBatch = (table: string, firstLine: number) => ({
  table,
  rows: [] as string[],
  firstLine,
  lastLine: firstLine,
});

function parseTrailer(line: string, number: number): ArchiveTrailer {
  const trailer = ArchiveTrailer.safeParse(parseJson(line));
  if (trailer.success) return trailer.data;
  throw new ArchiveError(`Line ${number} is damaged: it is neither a row nor the last line.`);
}

async function assertEnds(lines: AsyncGenerator<string>, number: number): Promise<void> {
  const next = await lines.next();
  if (!next.done) throw new ArchiveError(`Something stands behind the last line, ${number}.`);
}
