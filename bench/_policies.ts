import { randomUUID } from "node:crypto";
import type { DatabaseHandle } from "../packages/db/src/index.ts";

type Sql = DatabaseHandle["sql"];

/** One way of having PostgreSQL itself keep users apart. */
export interface Variant {
  readonly name: string;
  /** What it is, and what it is worth. */
  readonly what: string;
  /** Of one table with the column `user_id`. */
  policies(table: string): readonly string[];
  /** Functions that are told to be leakproof. */
  readonly leakproof?: readonly string[];
}

const SETTING = "current_setting('keepsake.user_id', true)";
/** As PostgreSQL's planner likes it best: read once a statement. */
const OWN = `user_id = (select ${SETTING})`;

const forAll = (condition: string) => (table: string) => [
  `create policy keepsake_user on ${table} using (${condition}) with check (${condition})`,
];

/** What GIN's and HNSW's operators call. */
const SEARCHING = [
  "ts_match_vq(tsvector, tsquery)",
  "arrayoverlap(anyarray, anyarray)",
  "arraycontains(anyarray, anyarray)",
];

export const VARIANTS: readonly Variant[] = [
  {
    name: "policy, read once",
    what: `using (${OWN}) and the same check, forced, as a role that owns nothing.`,
    policies: forAll(OWN),
  },
  {
    name: "policy, plain",
    what: `the same with ${SETTING} in the condition itself.`,
    policies: forAll(`user_id = ${SETTING}`),
  },
  {
    name: "policy, leakproof",
    what: `as "read once", and a superuser has declared ${SEARCHING.join(", ")} leakproof, which they are not.`,
    policies: forAll(OWN),
    leakproof: SEARCHING,
  },
  {
    name: "writes alone",
    what: "everything may be read; rows are written, changed and deleted under the policy. It guards no secret.",
    policies: (table) => [
      `create policy keepsake_read on ${table} for select using (true)`,
      `create policy keepsake_insert on ${table} for insert with check (${OWN})`,
      `create policy keepsake_update on ${table} for update using (${OWN}) with check (${OWN})`,
      `create policy keepsake_delete on ${table} for delete using (${OWN})`,
    ],
  },
];

/** A variant that holds until it is disposed of. */
export interface Applied extends AsyncDisposable {
  /** The role that it holds for. */
  readonly role: string;
}

/** Switches a variant on for every table with users' rows. */
export async function applyVariant(sql: Sql, variant: Variant): Promise<Applied> {
  const role = `keepsake_bench_${randomUUID().replaceAll("-", "")}`;
  const tables = await listTables(sql);
  await sql.unsafe(`create role ${role}; grant usage on schema public to ${role};
    grant select, insert, update, delete on all tables in schema public to ${role}`);
  for (const table of tables) {
    await sql.unsafe(`alter table ${table} enable row level security; alter table ${table} force row level security`);
    for (const policy of variant.policies(table)) await sql.unsafe(policy);
  }
  for (const name of variant.leakproof ?? []) await sql.unsafe(`alter function pg_catalog.${name} leakproof`);
  return { role, [Symbol.asyncDispose]: () => undo(sql, variant, tables, role) };
}

async function undo(sql: Sql, variant: Variant, tables: readonly string[], role: string): Promise<void> {
  for (const name of variant.leakproof ?? []) await sql.unsafe(`alter function pg_catalog.${name} not leakproof`);
  const policies = await sql<{ name: string; table: string }[]>`
    select policyname as name, tablename as table from pg_policies where schemaname = 'public'`;
  for (const { name, table } of policies) await sql.unsafe(`drop policy ${name} on ${table}`);
  for (const table of tables)
    await sql.unsafe(
      `alter table ${table} no force row level security; alter table ${table} disable row level security`,
    );
  await sql.unsafe(`drop owned by ${role}; drop role ${role}`);
}

async function listTables(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'user_id'`;
  return rows.map(({ name }) => name);
}
