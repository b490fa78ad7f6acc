import type { ArchiveTable } from "./archive-tables.ts";
import { joinRecords } from "./batch-sql.ts";
import { type AnySql, ARCHIVE_SETTINGS } from "./row-sql.ts";

/** What has vectors: they are of the content. */
const EMBEDDED: Readonly<Record<string, string>> = { knowledge: "knowledge", conversations: "message" };
/** What answers are made from. */
const SOURCES: Readonly<Record<string, string>> = {
  knowledge: "d.item_type = 'memory' and d.item = t.id::text",
  preferences: "d.item_type = 'preference' and d.item = t.key",
};

/**
 * Takes away what was made from the rows that a batch is about to replace: vectors of another content, which would never
 * be made again, and cached answers, which tell what was known before.
 *
 * @param tx a transaction
 */
export async function removeDerived(tx: AnySql, table: ArchiveTable, rows: readonly string[]): Promise<void> {
  const { from, parameters } = joinRecords(table, rows);
  const itemType = EMBEDDED[table.name];
  if (itemType !== undefined)
    await tx.unsafe(
      `delete from public.embeddings e using ${from} and t.content is distinct from r.content
        and e.user_id = t.user_id and e.item_type = '${itemType}' and e.item_id = t.id`,
      parameters,
    );
  const isSource = SOURCES[table.name];
  if (isSource !== undefined)
    await tx.unsafe(
      `delete from public.response_cache c using public.cache_dependencies d, ${from} and t.version is distinct from r.version
        and d.user_id = t.user_id and ${isSource} and c.user_id = d.user_id and c.id = d.cache_id`,
      parameters,
    );
}

/** Counts again what is counted elsewhere, since rows of two databases stand together now. */
export async function recountDerived(tx: AnySql): Promise<void> {
  await tx.unsafe(ARCHIVE_SETTINGS);
  await tx.unsafe(`
    update public.sessions s set messages = m.messages, last_message_at = greatest(s.last_message_at, m.last)
    from (select user_id, session_id, count(*) as messages, max(created_at) as last
      from public.conversations group by user_id, session_id) m
    where m.user_id = s.user_id and m.session_id = s.session_id and s.messages <> m.messages`);
  await tx.unsafe(`
    update public.cache_counters n set stored = n.evictions + n.invalidations + n.expirations + c.answers
    from (select n.user_id, count(r.id) as answers from public.cache_counters n
      left join public.response_cache r on r.user_id = n.user_id group by n.user_id) c
    where c.user_id = n.user_id and n.stored <> n.evictions + n.invalidations + n.expirations + c.answers`);
}
