import type { Database } from "@keepsake/db";
import { sql } from "drizzle-orm";

/** Tables whose rows are what a call has done. Counters and what is written behind an answer are not among them. */
const TABLES = {
  conversations: "*",
  interactions: "interaction_id, session_id, text_hash, cache_id",
  knowledge: "*",
  knowledge_versions: "*",
  preferences: "*",
  preference_versions: "*",
  response_cache: "id, query_hash, response",
  sessions: "*",
  interaction_feedback: "*",
  training_data: "*",
  training_exports: "*",
  training_export_rows: "*",
  idempotency_keys: "key, procedure, input_hash, response",
};

/** Every row of a user, and every token, as text, by table: what two calls are compared by. */
export async function rowsOf(db: Database, userId: string): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const [table, columns] of Object.entries(TABLES)) {
    const found = await db.execute<{ row: string }>(sql`select wanted::text as row from (
      select ${sql.raw(columns)} from ${sql.raw(table)} where user_id = ${userId}) as wanted order by 1`);
    rows[table] = found.map(({ row }) => row);
  }
  const tokens = await db.execute<{ row: string }>(sql`select wanted::text as row from (
    select id, label, revoked_at, expires_at from api_tokens) as wanted order by 1`);
  return { ...rows, api_tokens: tokens.map(({ row }) => row) };
}
