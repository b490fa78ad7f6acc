import type { Database } from "@keepsake/db";
import { sql } from "drizzle-orm";

/** A user's rows by table, each as JSON, in an order of their own. */
export type Dump = Readonly<Record<string, readonly string[]>>;

/** All tables with a column `user_id`. */
async function listUserTables(db: Database): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(sql`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'user_id' order by 1`);
  return rows.map(({ name }) => name);
}

/** Every row that a user has, in every table that has users' rows. */
export async function dumpUser(db: Database, userId: string): Promise<Dump> {
  const tables = await listUserTables(db);
  const dumped = tables.map(async (table) => {
    const rows = await db.execute<{ row: string }>(
      sql`select to_jsonb(t)::text as row from ${sql.identifier(table)} t where t."user_id" = ${userId} order by 1`,
    );
    return [table, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(dumped));
}
