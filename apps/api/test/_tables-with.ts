import type { Database } from "@keepsake/db";
import { sql } from "drizzle-orm";

/**
 * Tables of ours, and the job library's, in whose rows a text stands, in whatever column and case. Looks inside the
 * database, since it looks at everybody's rows, which no statement of the server may.
 */
export async function tablesWith(db: Database, text: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`
      create or replace function pg_temp.tables_with(wanted text) returns setof text language plpgsql as $$
      declare
        name text;
        is_there boolean;
      begin
        for name in
          select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
          where schemaname in ('public', 'pgboss', 'drizzle') order by 1
        loop
          execute format('select exists (select from %s t where strpos(lower(to_jsonb(t)::text), lower($1)) > 0)', name)
            into is_there using wanted;
          if is_there then return next replace(name, 'public.', ''); end if;
        end loop;
      end $$`);
    const found = await tx.execute<{ name: string }>(sql`select name from pg_temp.tables_with(${text}) as name`);
    return found.map(({ name }) => name);
  });
}
