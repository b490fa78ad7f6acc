import type { ArchiveTable } from "./archive-tables.ts";
import type { AnySql } from "./row-sql.ts";
import { USER_ID_PATTERN } from "./user-id.ts";

/** How the rows of a batch stand to those that the database has. */
export interface BatchComparison {
  readonly rows: number;
  /** Under user ids that are none, or not the archive's own. */
  readonly foreign: number;
  /** There, as they are in the archive. */
  readonly same: number;
  /** There under the same key, and different. */
  readonly different: number;
  /** Not there, while another row has what only one may have, such as the same content. */
  readonly clashing: number;
  /** Keys of some that are different or clash. */
  readonly examples: readonly string[];
}

/** Whose rows may be in a batch: one user's, or anybody's. */
export type Owner = string | null;

/** Rows that are the same whatever they say: an entry of the audit is never changed, a space is what its key says. */
const KEPT_AS_THEY_ARE = new Set(["audit_log", "embedding_spaces"]);

/** The rows of `$1`, a JSON array, as rows `r`. */
const recordset = ({ columns }: ArchiveTable) =>
  `json_to_recordset($1::text::json) as r(${columns.map(({ name, type }) => `"${name}" ${type}`).join(", ")})`;

const toJson = (rows: readonly string[]) => `[${rows.join(",")}]`;

/** The names and values with which a row `r` is stored. */
const writeOf = (table: ArchiveTable, name: string) => {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}.`);
  return column;
};

const keyMatches = (table: ArchiveTable) =>
  table.key
    .map((name) => writeOf(table, name))
    .map(({ target, write }) => `t."${target}" = ${write}`)
    .join(" and ");

/** Whether a row other than the one of the same key is in the way of `r`. */
function clashes(table: ArchiveTable): string {
  const terms = table.uniques.map(({ columns, where }) => {
    const same = columns.map((name) => `t."${name}" = r."${name}"`).join(" and ");
    const both =
      where === null ? "" : `and (select ${where} from (select t.*) q) and (select ${where} from (select r.*) q)`;
    return `exists (select from public."${table.name}" t where ${same} and not (${keyMatches(table)}) ${both})`;
  });
  return terms.length === 0 ? "false" : terms.join(" or ");
}

/** `$2` is the owner; a user id that no header could name has no place in a database. */
function isOwned({ name, isOwned: hasUser }: ArchiveTable): string {
  if (!hasUser) return "true";
  const isId = `r.user_id ~ '${USER_ID_PATTERN}'`;
  const isServers = name === "audit_log" ? " or r.user_id = '$server'" : "";
  return `($2::text is null and (${isId}${isServers}) or r.user_id = $2::text)`;
}

/** For a statement's `from`: a batch's rows as `r`, which are its only parameter. */
export const recordsOf = (table: ArchiveTable, rows: readonly string[]) => ({
  from: recordset(table),
  parameters: [toJson(rows)],
});

/** Compares a batch with the database, and changes nothing. */
export async function compareBatch(sql: AnySql, table: ArchiveTable, rows: readonly string[], owner: Owner) {
  const columns = table.columns.map(({ name, read }) => `${read} as "${name}"`).join(", ");
  const isDifferent = KEPT_AS_THEY_ARE.has(table.name) ? "false" : "existing <> incoming";
  const [found] = await sql.unsafe<[BatchComparison]>(
    `select count(*)::int as rows, count(*) filter (where owned is not true)::int as foreign,
      count(*) filter (where existing is not null and not (${isDifferent}))::int as same,
      count(*) filter (where ${isDifferent})::int as different,
      count(*) filter (where existing is null and clashes)::int as clashing,
      coalesce((array_agg(key) filter (where ${isDifferent} or existing is null and clashes))[1:3], '{}') as examples
    from (
      select row_to_json(r)::text as incoming,
        (select row_to_json(x)::text from (select ${columns} from public."${table.name}" t where ${keyMatches(table)}) x) as existing,
        ${clashes(table)} as clashes, ${isOwned(table)} as owned,
        concat_ws(' ', ${table.key.map((name) => `r."${name}"`).join(", ")}) as key
      from ${recordset(table)}, (select $2::text) owner) compared`,
    [toJson(rows), owner],
  );
  return found;
}

/** What becomes of rows that are there already. */
export type OnConflict = "keep" | "replace";

/** Stores the rows of a batch that the database lacks; with `replace` the others too. */
export async function storeBatch(sql: AnySql, table: ArchiveTable, rows: readonly string[], onConflict: OnConflict) {
  const isReplaced = onConflict === "replace" && !KEPT_AS_THEY_ARE.has(table.name);
  if (isReplaced) await removeClashing(sql, table, rows);
  const where = table.parents.length === 0 ? "" : `where ${table.parents.join(" and ")}`;
  await sql.unsafe(`${insertFrom(table)} ${where} on conflict ${isReplaced ? updateOf(table) : "do nothing"}`, [
    toJson(rows),
  ]);
}

/** Stores the rows of a batch in a table that holds none of them. */
export async function insertBatch(sql: AnySql, table: ArchiveTable, rows: readonly string[]): Promise<void> {
  await sql.unsafe(insertFrom(table), [toJson(rows)]);
}

function insertFrom(table: ArchiveTable): string {
  const targets = table.columns.map(({ target }) => `"${target}"`).join(", ");
  const values = table.columns.map(({ write }) => write).join(", ");
  return `insert into public."${table.name}" (${targets}) select ${values} from ${recordset(table)}`;
}

function updateOf(table: ArchiveTable): string {
  const key = table.key.map((name) => writeOf(table, name).target);
  const others = table.columns.map(({ target }) => target).filter((target) => !key.includes(target));
  const conflict = `(${key.map((name) => `"${name}"`).join(", ")})`;
  if (others.length === 0) return `${conflict} do nothing`;
  return `${conflict} do update set ${others.map((name) => `"${name}" = excluded."${name}"`).join(", ")}`;
}

/** A memory takes its vectors with it: nothing else would ever remove them. */
async function removeClashing(sql: AnySql, table: ArchiveTable, rows: readonly string[]): Promise<void> {
  for (const { columns, where } of table.uniques) {
    const same = columns.map((name) => `t."${name}" = r."${name}"`).join(" and ");
    const both =
      where === null ? "" : `and (select ${where} from (select t.*) q) and (select ${where} from (select r.*) q)`;
    const removed = `delete from public."${table.name}" t using ${recordset(table)}
      where ${same} and not (${keyMatches(table)}) ${both}`;
    const statement =
      table.name === "knowledge"
        ? `with removed as (${removed} returning t.user_id, t.id)
          delete from public.embeddings e using removed where e.user_id = removed.user_id and e.item_id = removed.id`
        : removed;
    await sql.unsafe(statement, [toJson(rows)]);
  }
}
