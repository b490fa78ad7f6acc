import { z } from "zod";
import type { ArchiveTable } from "./archive-tables.ts";
import { recordsOf } from "./batch-sql.ts";
import { type AnySql, ARCHIVE_SETTINGS } from "./row-sql.ts";

/** A memory, message or preference of which the database and the archive have different ones. */
interface Rival {
  readonly userId: string;
  /** The type as vectors name it, or `preference`. */
  readonly type: string;
  /** An id or a key. */
  readonly item: string;
}

/** How rows `t` of the database stand for the archive's `r`, what they say, and by which names others point at them. */
const SOURCES: Readonly<Record<string, { type: string; same: string; says: string[]; named: string[] }>> = {
  knowledge: {
    type: "knowledge",
    same: "(t.id = r.id or t.content_hash = r.content_hash)",
    says: ["id", "version", "content_hash", "forgotten_at"],
    named: ["r.id::text", "t.id::text"],
  },
  conversations: { type: "message", same: "t.id = r.id", says: ["content"], named: ["r.id::text"] },
  preferences: {
    type: "preference",
    same: "(t.id = r.id or t.key = r.key)",
    says: ["id", "version", "key", "value"],
    named: ["r.key", "t.key"],
  },
};

/** What a batch has otherwise than the database. */
export async function findRivals(tx: AnySql, table: ArchiveTable, rows: readonly string[]): Promise<Rival[]> {
  const source = SOURCES[table.name];
  if (source === undefined) return [];
  const { from, parameters } = recordsOf(table, rows);
  const tuple = (alias: string) =>
    source.says
      .map((name) => (name === "value" ? `coalesce(${alias}.value, 'null')` : `${alias}."${name}"`))
      .join(", ");
  return await tx.unsafe<Rival[]>(
    `select distinct r.user_id as "userId", '${source.type}' as type, item
    from ${from} join public."${table.name}" t on t.user_id = r.user_id and ${source.same}
    cross join lateral unnest(array[${source.named.join(", ")}]) as item
    where (${tuple("t")}) is distinct from (${tuple("r")})`,
    parameters,
  );
}

/** Rivals, to be asked for by what vectors and answers say of them. */
export class Rivals {
  readonly #known = new Set<string>();
  readonly #all: Rival[] = [];

  add(rivals: readonly Rival[]): void {
    for (const rival of rivals) {
      this.#known.add(keyOf(rival));
      this.#all.push(rival);
    }
  }

  /** The rows without the vectors of rivals: they are of other words. */
  withoutVectors(table: ArchiveTable, rows: readonly string[]): readonly string[] {
    if (table.name !== "embeddings" || this.#known.size === 0) return rows;
    return rows.filter((row) => {
      const vector = Vector.parse(JSON.parse(row));
      return !this.#known.has(keyOf({ userId: vector.user_id, type: vector.item_type, item: vector.item_id }));
    });
  }

  /** Takes away the vectors of rivals, which would never be made again once the words are others. */
  async removeVectors(tx: AnySql): Promise<void> {
    await tx.unsafe(
      `delete from public.embeddings e using ${RIVALS}
      where e.user_id = v."userId" and e.item_type = v.type and e.item_id::text = v.item`,
      [JSON.stringify(this.#all)],
    );
  }

  /** Takes away the cached answers that were made from rivals. */
  async removeAnswers(tx: AnySql): Promise<void> {
    await tx.unsafe(
      `delete from public.response_cache c using public.cache_dependencies d, ${RIVALS}
      where d.user_id = v."userId" and d.item = v.item
        and d.item_type = case v.type when 'knowledge' then 'memory' else v.type end
        and c.user_id = d.user_id and c.id = d.cache_id`,
      [JSON.stringify(this.#all)],
    );
  }
}

const RIVALS = `json_to_recordset($1::text::json) as v("userId" text, type text, item text)`;
const keyOf = ({ userId, type, item }: Rival) => JSON.stringify([userId, type, item]);
const Vector = z.object({ user_id: z.string(), item_type: z.string(), item_id: z.string() });

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
