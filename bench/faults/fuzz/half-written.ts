import type { DatabaseHandle } from "../../../packages/db/src/index.ts";
import { TABLE_RULES } from "../table-rules.ts";

/** What must hold between tables whatever was called: statements that find rows of a call of which another part lacks. */
const RULES: Readonly<Record<string, string>> = {
  ...TABLE_RULES,
  "vectors of something that is not there": `
    select from embeddings e where not exists (
      select from knowledge k where e.item_type = 'knowledge' and k.user_id = e.user_id and k.id = e.item_id
      union all
      select from conversations c where e.item_type = 'message' and c.user_id = e.user_id and c.id = e.item_id)`,
  "an answer that depends on nothing that is there, and says it does": `
    select from cache_dependencies d where not exists (
      select from response_cache r where r.user_id = d.user_id and r.id = d.cache_id)`,
  "a cache that counts another number of answers than it has": `
    select from cache_counters n where stored - evictions - invalidations - expirations <> (
      select count(*) from response_cache r where r.user_id = n.user_id)`,
  "an answered interaction without its answer": `
    select from interactions i where answered_at is not null and not exists (
      select from conversations c where c.user_id = i.user_id and c.interaction_id = i.interaction_id)`,
  "lines of an export that is not there": `
    select from training_export_rows x where not exists (
      select from training_exports e where e.user_id = x.user_id and e.id = x.export_id)`,
  "two living memories of the same content": `
    select from knowledge where forgotten_at is null group by user_id, content_hash having count(*) > 1`,
};

/** Rows that are half of a call, as sentences; none when every call happened as a whole or not at all. */
export async function findHalfWritten(sql: DatabaseHandle["sql"]): Promise<string[]> {
  const broken: string[] = [];
  for (const [rule, statement] of Object.entries(RULES)) {
    const rows = await sql.unsafe(statement);
    if (rows.length > 0) broken.push(`${rule} (${rows.length} times)`);
  }
  return broken;
}
