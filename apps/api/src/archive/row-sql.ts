import type postgres from "postgres";
import type { ArchiveTable } from "./archive-tables.ts";

/** Anything that runs statements. */
export type AnySql = postgres.Sql | postgres.ReservedSql | postgres.TransactionSql;

/** How many rows, and a sum over the hashes of their texts that does not depend on their order. */
export interface TableSum {
  readonly rows: number;
  /** Decimal. Each row adds the first 64 bits of its text's SHA-256, signed. */
  readonly checksum: string;
}

/**
 * For a transaction that reads or writes rows as archives have them. What makes a row's text the same on every database:
 * the rest PostgreSQL writes alike, times in ISO 8601 by the session's zone, floats as the shortest text that gives the
 * same float, jsonb in its own order. And time enough for a statement over a whole table.
 */
export const ARCHIVE_SETTINGS = [
  "set local statement_timeout = 0",
  "set local timezone to 'UTC'",
  "set local extra_float_digits to 1",
  "set local bytea_output to 'hex'",
].join("; ");

/** The rows of a table, or those of one user, each as the text of a JSON object; `$1` is the user. */
export function selectRows(table: ArchiveTable, ofOneUser: boolean, order = ""): string {
  const columns = table.columns.map(({ name, read }) => `${read} as "${name}"`).join(", ");
  return `select row_to_json(r)::text as row from (
    select ${columns} from public."${table.name}" t ${whereUser(table, ofOneUser)} ${order}) r`;
}

/** The spaces that a user's vectors are in are the user's too. */
function whereUser({ name, isOwned }: ArchiveTable, ofOneUser: boolean): string {
  if (!ofOneUser) return "";
  if (isOwned) return "where t.user_id = $1";
  if (name !== "embedding_spaces") throw new Error(`${name} is no user's.`);
  return "where exists (select from public.embeddings e where e.user_id = $1 and e.space_id = t.id)";
}

/** Counts and sums a table's rows inside of the database, the same way on every engine. */
export async function sumTable(sql: AnySql, table: ArchiveTable, userId: string | null): Promise<TableSum> {
  const rows = selectRows(table, userId !== null);
  const [sum] = await sql.unsafe<[{ rows: string; checksum: string }]>(
    `select count(*)::text as rows, coalesce(sum(${hashOf("row")}::numeric), 0)::text as checksum from (${rows}) x`,
    userId === null ? [] : [userId],
  );
  return { rows: Number(sum.rows), checksum: sum.checksum };
}

const hashOf = (text: string) =>
  `('x' || left(encode(sha256(convert_to(${text}, 'UTF8')), 'hex'), 16))::bit(64)::bigint`;

/** How a database sorts, as far as it saves work. */
export interface SortOrder {
  /** Texts go by code point without being told. */
  readonly isByCodePoint: boolean;
  /** There is one embedding space at most, so that its number sorts as well as its name. */
  readonly hasOneSpace: boolean;
}

/**
 * Rows in the order of the key, by code points whatever the database's locale. Where that is the locale's own order, an
 * index gives it without sorting.
 */
export function orderByKey(table: ArchiveTable, { isByCodePoint, hasOneSpace }: SortOrder): string {
  const term = (name: string) => {
    const column = table.columns.find((each) => each.name === name);
    if (column === undefined) throw new Error(`${table.name} has no column ${name}.`);
    if (column.name !== column.target && hasOneSpace) return `t."${column.target}"`;
    const isText = /^(text|character varying)/.test(column.type);
    return isText && (!isByCodePoint || column.name !== column.target) ? `${column.read} collate "C"` : column.read;
  };
  return `order by ${table.key.map(term).join(", ")}`;
}

/** Looks how this database sorts. */
export async function readSortOrder(sql: AnySql): Promise<SortOrder> {
  const [row] = await sql<[SortOrder]>`
    select datlocprovider = 'b' or (datlocprovider = 'c' and datcollate in ('C', 'POSIX', 'C.UTF-8', 'C.utf8'))
        as "isByCodePoint",
      (select count(*) <= 1 from public.embedding_spaces) as "hasOneSpace"
    from pg_database where datname = current_database()`;
  return row;
}
