import type { ArchiveHeader } from "./archive-format.ts";
import type { AnySql } from "./row-sql.ts";

/** How far the database's schema is migrated. */
export async function readSchemaVersion(sql: AnySql): Promise<ArchiveHeader["schema"]> {
  const [row] = await sql<[{ migrations: number; last: string | null }]>`
    select count(*)::int as migrations, (array_agg(coalesce(name, hash) order by id desc))[1] as last
    from drizzle.__drizzle_migrations`;
  if (row.last === null) throw new Error("This database holds no tables of Keepsake yet: start the server once.");
  return { migrations: row.migrations, last: row.last };
}
