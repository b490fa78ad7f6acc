import { createHash } from "node:crypto";
import { z } from "zod";

/** What stands in the header of every archive, and the only version of the format that this version reads. */
export const ARCHIVE_FORMAT = "keepsake-archive";
export const ARCHIVE_VERSION = 1;

/** Longer lines are not ours: a row is two texts of 32,768 characters and some JSON at most. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024;

const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);

/** The first line: what the archive is, and in which form its rows are. */
export const ArchiveHeader = z.strictObject({
  type: z.literal("header"),
  format: z.literal(ARCHIVE_FORMAT),
  version: z.literal(ARCHIVE_VERSION),
  keepsake: z.string().max(64),
  /** Migrations that the database had, and the last one's name. */
  schema: z.strictObject({ migrations: z.int().min(1), last: z.string().max(255) }),
  home: z.enum(["embedded", "server"]),
  postgres: z.string().max(64),
  /** The installation that it comes from. */
  installation: z.uuid().nullable(),
  scope: z.enum(["user", "all", "backup"]),
  user: z.string().max(255).nullable(),
  vectors: z.boolean(),
  createdAt: z.iso.datetime(),
  tables: z
    .array(z.strictObject({ name, columns: z.array(name).min(1) }))
    .min(1)
    .max(200),
});
export type ArchiveHeader = z.infer<typeof ArchiveHeader>;

const TableTotal = z.strictObject({
  rows: z.int().min(0),
  /** As PostgreSQL sums it, see `row-sql.ts`. */
  checksum: z.string().regex(/^-?\d{1,40}$/),
  /** SHA-256, hex, of the table's rows in their order, each with a line's end. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The last line: counts and checksums of what stands before it. Without it an archive is not complete. */
export const ArchiveTrailer = z.strictObject({
  type: z.literal("trailer"),
  records: z.int().min(0),
  tables: z.record(name, TableTotal),
  /** SHA-256, hex, of every line before this one with its end. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArchiveTrailer = z.infer<typeof ArchiveTrailer>;
export type TableTotals = ArchiveTrailer["tables"];

/** An archive that cannot be used: damaged, incomplete, of another format, or hostile. One sentence with the place. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

const RECORD = /^\{"type":"([a-z_][a-z0-9_]{0,62})","hash":"([0-9a-f]{16})","row":(\{.*\})\}$/s;

/** A line between header and trailer. The row stays text: only the database reads it. */
export interface ArchiveRecord {
  readonly table: string;
  readonly hash: string;
  readonly row: string;
}

/** The line of a row, without its end. */
export const toRecordLine = ({ table, hash, row }: ArchiveRecord): string =>
  `{"type":"${table}","hash":"${hash}","row":${row}}`;

/** The record in a line; null when it is none. */
export function parseRecordLine(line: string): ArchiveRecord | null {
  const [, table, hash, row] = RECORD.exec(line) ?? [];
  return table === undefined || hash === undefined || row === undefined ? null : { table, hash, row };
}

/** The first 64 bits of the row's SHA-256, in hex: what the database's checksum adds up. */
export const hashRow = (row: string): string => createHash("sha256").update(row).digest("hex").slice(0, 16);

/** Adds up what a table's records are, as they come. */
export class TableTally {
  #rows = 0;
  #sum = 0n;
  readonly #sha256 = createHash("sha256");

  add(row: string, hash: string): void {
    this.#rows += 1;
    this.#sum += BigInt.asIntN(64, BigInt(`0x${hash}`));
    this.#sha256.update(row).update("\n");
  }

  total(): TableTotals[string] {
    return { rows: this.#rows, checksum: String(this.#sum), sha256: this.#sha256.copy().digest("hex") };
  }
}
