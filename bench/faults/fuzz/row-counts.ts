import type { DatabaseSession } from "../../../packages/db/src/index.ts";

/** How many rows each of our tables has. */
export type RowCounts = Readonly<Record<string, number>>;

/** What the background adds and removes whenever it likes. */
const OF_THE_BACKGROUND = "embeddings";
/** From these the sweepers take what is over; nothing but a call adds to them. */
const SWEPT: readonly string[] = ["cache_dependencies", "cache_flights", "idempotency_keys", "response_cache"];

/** @returns counts all tables in one statement, and so at one moment */
export async function rowCounter(sql: DatabaseSession["sql"]): Promise<() => Promise<RowCounts>> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename <> ${OF_THE_BACKGROUND}`;
  const each = tables.map(({ name }) => `(select count(*) from "${name}")::int as "${name}"`);
  const statement = `select ${each.join(", ")}`;
  return async () => (await sql.unsafe<RowCounts[]>(statement))[0] ?? {};
}

/**
 * The tables that have other rows than before, though nothing happened but a refused call; null when none has.
 *
 * @param expected by how much tables have to grow all the same
 */
export function findChange(before: RowCounts, after: RowCounts, expected: RowCounts = {}): string | null {
  const changed = Object.keys(after).filter((table) => {
    const grown = (after[table] ?? 0) - (before[table] ?? 0) - (expected[table] ?? 0);
    return grown > 0 || (grown < 0 && !SWEPT.includes(table));
  });
  const told = changed.map((table) => `${table} has ${after[table]} rows instead of ${before[table]}`);
  return told.length > 0 ? told.join(", ") : null;
}
