import { type AnySql, ARCHIVE_SETTINGS } from "./row-sql.ts";

/**
 * Takes all rows out of these tables, and of those that hold nothing lasting; older schemas have none such. Entries of the
 * audit go too: they come back with the archive that takes their place.
 *
 * @param tx a transaction
 */
export async function emptyTables(tx: AnySql, names: readonly string[]): Promise<void> {
  await tx.unsafe(ARCHIVE_SETTINGS);
  await tx`select set_config('keepsake.audit_erasure', 'allowed', true)`;
  if (names.includes("audit_log")) await tx`delete from public.audit_log`;
  const fleeting = await tx<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename = 'cache_flights'`;
  const others = [...fleeting.map(({ name }) => name), ...names.filter((name) => name !== "audit_log")];
  await tx.unsafe(`truncate ${others.map((name) => `public."${name}"`).join(", ")}`);
  await tx`select set_config('keepsake.audit_erasure', '', true)`;
}

/** Filling a table under its HNSW indexes takes many times as long as making them afterwards, as the next start does. */
export async function dropVectorIndexes(tx: AnySql): Promise<void> {
  const indexes = await tx<{ name: string }[]>`
    select indexname as name from pg_indexes where schemaname = 'public' and indexname ~ '^embeddings_space_.*_hnsw_idx$'`;
  for (const { name } of indexes) await tx.unsafe(`drop index public."${name}"`);
}
