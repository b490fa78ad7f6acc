import type { Database } from "@keepsake/db";
import { sql } from "drizzle-orm";

/** Tables of ours, and the job library's, in whose rows a text stands, in whatever column. */
export async function tablesWith(db: Database, text: string): Promise<string[]> {
  const tables = await db.execute<{ name: string }>(sql`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname in ('public', 'pgboss', 'drizzle') order by 1`);
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await db.execute<{ rows: string }>(
      sql`select count(*) as rows from ${sql.raw(name)} t where strpos(lower(to_jsonb(t)::text), lower(${text})) > 0`,
    );
    if (Number(row?.rows) > 0) found.push(name.replace("public.", ""));
  }
  return found;
}
