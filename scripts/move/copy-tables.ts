import { pipeline } from "node:stream/promises";
import type postgres from "postgres";

/** A table of the schema `public`. */
export interface Table {
  readonly name: string;
  /** Without those that the database computes itself. */
  readonly columns: readonly string[];
}

/** The tables, each behind the ones that it refers to, so that they can be filled in this order. */
export async function listTables(sql: postgres.Sql): Promise<Table[]> {
  const rows = await sql<{ name: string; columns: string[]; refersTo: string[] }[]>`
    select c.relname as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      array(select f.confrelid::regclass::text from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as "refersTo"
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    order by c.relname`;
  const ordered: Table[] = [];
  const isListed = (name: string) => ordered.some((table) => table.name === name);
  while (ordered.length < rows.length) {
    const next = rows.find(({ name, refersTo }) => !isListed(name) && refersTo.every(isListed));
    if (!next) throw new Error("Tables refer to each other in a circle.");
    ordered.push(next);
  }
  return ordered;
}

/** The tables that hold rows. */
export async function listFilled(sql: postgres.Sql, tables: readonly Table[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql`select from ${sql(name)} limit 1`;
    if (row !== undefined) filled.push(name);
  }
  return filled;
}

/** Streams one table from a database to another, in the memory of a few rows. */
export async function copyTable(from: postgres.Sql, to: postgres.TransactionSql, table: Table): Promise<void> {
  const columns = quoted(table);
  const source = await from.unsafe(`copy "${table.name}" (${columns}) to stdout`).readable();
  const target = await to.unsafe(`copy "${table.name}" (${columns}) from stdin`).writable();
  await pipeline(source, target);
  await setCounters(to, table);
}

/** A row that is added later must not get the number of one that was copied. */
async function setCounters(to: postgres.TransactionSql, { name }: Table): Promise<void> {
  const counters = await to<{ column: string }[]>`
    select attname as column from pg_attribute where attrelid = ${name}::regclass and attidentity <> ''`;
  for (const { column } of counters) {
    await to`
      select setval(pg_get_serial_sequence(${name}, ${column})::regclass, max(${to(column)}))
      from ${to(name)} having count(*) > 0`;
  }
}

/** Rows, and a sum over their whole contents that does not depend on their order. It takes as long as it takes. */
export async function describeRows(sql: postgres.TransactionSql, table: Table) {
  await sql.unsafe("set local statement_timeout = 0");
  const [row] = await sql.unsafe<[{ rows: number; sum: string }]>(
    `select count(*)::int as rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text as sum
     from (select ${quoted(table)} from "${table.name}") t`,
  );
  return row;
}

const quoted = ({ columns }: Table): string => columns.map((column) => `"${column}"`).join(", ");
