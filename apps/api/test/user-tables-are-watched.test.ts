import { connect, type DatabaseHandle } from "@keepsake/db";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { USER_TABLES } from "./_user-tables.ts";

let database: TestDatabase;
let handle: DatabaseHandle;
beforeAll(async () => {
  database = await createTestDatabase();
  handle = await connect(database.config);
});
afterAll(async () => {
  await handle[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test("the recorder watches every table of the database that has users' rows", async () => {
  const rows = await handle.sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') and column_name = 'user_id'`;
  expect(rows.map(({ name }) => name).sort()).toEqual([...USER_TABLES, "users"].sort());
});

test("no view, rule or function stands between a statement and a table, where the recorder would not see it", async () => {
  const watched = [...USER_TABLES].join("|");
  const rows = await handle.sql<{ name: string }[]>`
    select viewname as name from pg_views where schemaname = 'public'
    union all select matviewname from pg_matviews where schemaname = 'public'
    union all select rulename from pg_rules where schemaname = 'public'
    union all
    select p.proname from pg_proc p
    left join pg_depend d on d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
    where p.pronamespace = 'public'::regnamespace and d.objid is null
      and coalesce(p.prosrc, '') ~* ${`\\m(from|join|into|update|using|table)\\s+(only\\s+)?(public\\.)?(${watched})\\M`}`;
  expect(rows).toEqual([]);
});
