import type postgres from "postgres";

/**
 * Whose rows an archive holds: one user's; everybody's; or everybody's with what belongs to the installation (its key and
 * the hashes of its tokens), for a backup that takes its place again.
 */
export type ArchiveScope = "user" | "all" | "backup";

/** A column as archives know it. */
export interface ArchiveColumn {
  readonly name: string;
  /** PostgreSQL's own name of the type, with its length. */
  readonly type: string;
  /** Its value, from a row `t` of the table. */
  readonly read: string;
  /** The column that it is stored in, and its value from an archived row `r`. */
  readonly target: string;
  readonly write: string;
}

/** A table as archives know it. */
export interface ArchiveTable {
  readonly name: string;
  readonly columns: readonly ArchiveColumn[];
  /** The archived columns of the primary key. */
  readonly key: readonly string[];
  /** Whether its rows belong to users. */
  readonly isOwned: boolean;
  /** Further columns that only one row may have alike; `where` as PostgreSQL says it, null for all rows. */
  readonly uniques: readonly { readonly columns: readonly string[]; readonly where: string | null }[];
  /** Conditions on a row `r` without which it cannot be stored: that what it belongs to is there. */
  readonly parents: readonly string[];
}

/** Questions that are being asked at this moment: nothing of tomorrow. */
const FLEETING = new Set(["cache_flights"]);
const OF_INSTALLATION = new Set(["api_tokens", "installation"]);
const SPACES = "embedding_spaces";
const VECTORS = "embeddings";

/** A space's number is each database's own, so an archive names a space by what it is. */
const describeSpace = (alias: string) => `${alias}.model || ' ' || ${alias}.dimensions || ' ' || ${alias}.recipe`;

interface CatalogTable {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly isIdentity: boolean;
    readonly isNullable: boolean;
  }[];
  readonly key: readonly string[];
  readonly refersTo: readonly string[];
  readonly uniques: ArchiveTable["uniques"];
  readonly parents: readonly string[];
}

/**
 * The tables of an archive, in the order in which they are written and can be filled: each behind those it refers to,
 * users last, because triggers refuse rows of a user that is being erased.
 *
 * @throws Error for a table that is neither a user's nor known here: it must be decided what becomes of it
 */
export async function listArchiveTables(
  sql: postgres.Sql | postgres.ReservedSql | postgres.TransactionSql,
  scope: ArchiveScope,
  withVectors: boolean,
): Promise<ArchiveTable[]> {
  const catalog = await readCatalog(sql);
  return inOrder(catalog)
    .filter(({ name }) => !FLEETING.has(name))
    .filter(({ name }) => scope === "backup" || !OF_INSTALLATION.has(name))
    .filter(({ name }) => withVectors || (name !== VECTORS && name !== SPACES))
    .map(toArchiveTable);
}

async function readCatalog(sql: postgres.Sql | postgres.ReservedSql | postgres.TransactionSql) {
  return await sql<CatalogTable[]>`
    select c.relname::text as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'isIdentity', a.attidentity <> '', 'isNullable', not a.attnotnull) order by a.attnum)
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select array_agg(a.attname::text order by k.at)
        from pg_index i
        cross join lateral unnest(i.indkey) with ordinality k(attnum, at)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary) as key,
      array(select f.confrelid::regclass::text from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as "refersTo",
      (select coalesce(json_agg(json_build_object('where', pg_get_expr(i.indpred, i.indrelid), 'columns',
          (select json_agg(a.attname order by k.at) from unnest(i.indkey) with ordinality k(attnum, at)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum)) order by i.indexrelid), '[]')
        from pg_index i
        where i.indrelid = c.oid and i.indisunique and not i.indisprimary and i.indexprs is null) as uniques,
      array(select format('exists (select from %s p where (%s) = (%s))', f.confrelid::regclass,
          (select string_agg(format('p.%I', a.attname), ', ' order by k.at) from unnest(f.confkey) with ordinality k(attnum, at)
            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum),
          (select string_agg(format('r.%I', a.attname), ', ' order by k.at) from unnest(f.conkey) with ordinality k(attnum, at)
            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum))
        from pg_constraint f where f.conrelid = c.oid and f.contype = 'f') as parents
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    order by c.relname = 'users', c.relname collate "C"`;
}

function inOrder(tables: readonly CatalogTable[]): CatalogTable[] {
  const ordered: CatalogTable[] = [];
  const isListed = (name: string) => ordered.some((table) => table.name === name);
  while (ordered.length < tables.length) {
    const next = tables.find(({ name, refersTo }) => !isListed(name) && refersTo.every(isListed));
    if (!next) throw new Error("Tables refer to each other in a circle.");
    ordered.push(next);
  }
  return ordered;
}

function toArchiveTable({ name, columns, key, uniques, parents }: CatalogTable): ArchiveTable {
  const isOwned = columns.some((column) => column.name === "user_id");
  if (!isOwned && name !== SPACES && !OF_INSTALLATION.has(name)) {
    throw new Error(`The table ${name} is no user's: archive-tables.ts has to say whether archives hold it.`);
  }
  const archived = columns.filter(({ isIdentity }) => !isIdentity).map(toColumn);
  const table = { name, columns: archived, key, isOwned, uniques, parents };
  if (name === SPACES) return { ...table, columns: archived.map(withState), key: SPACE_KEY, uniques: [] };
  if (name !== VECTORS) return table;
  return {
    ...table,
    columns: archived.map((column) => (column.name === "space_id" ? SPACE_OF_VECTOR : column)),
    key: key.map((column) => (column === "space_id" ? SPACE_OF_VECTOR.name : column)),
  };
}

const SPACE_KEY = ["model", "dimensions", "recipe"];

/** A database that has an active space keeps it: the one that comes is none of its model's. */
const withState = (column: ArchiveColumn): ArchiveColumn =>
  column.name === "state"
    ? {
        ...column,
        write: `case when r.state = 'active' and exists (select from public.${SPACES} where state = 'active')
          then 'retired' else r.state end`,
      }
    : column;

const toColumn = ({ name, type, isNullable }: CatalogTable["columns"][number]): ArchiveColumn => ({
  name,
  type,
  read: `t."${name}"`,
  target: name,
  // A recordset has no other null than SQL's, and a preference may be JSON's.
  write: type === "jsonb" && !isNullable ? `coalesce(r."${name}", 'null'::jsonb)` : `r."${name}"`,
});

const SPACE_OF_VECTOR: ArchiveColumn = {
  name: "space",
  type: "text",
  read: `(select ${describeSpace("s")} from public.${SPACES} s where s.id = t.space_id)`,
  target: "space_id",
  write: `(select s.id from public.${SPACES} s where ${describeSpace("s")} = r.space)`,
};
