import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { connect, migrate, type ServerConfig } from "../src/index.ts";
import type { TestDatabase } from "./test-database.ts";
import { testDatabaseUrl } from "./test-engine.ts";

/** Serialises the making of templates between test processes; any number will do that nobody else uses. */
const TEMPLATE_LOCK = 5_417_003_911;

/** A new database on the test server, a copy of `template`. */
export async function createPostgresDatabase(template: string): Promise<TestDatabase> {
  const name = `keepsake_test_${randomUUID().replaceAll("-", "")}`;
  await using admin = openAdmin();
  await admin.sql`create database ${admin.sql(name)} template ${admin.sql(template)}`;
  return { engine: "postgres", config: configFor(name), [Symbol.asyncDispose]: () => dropDatabase(name) };
}

/**
 * Makes the migrated template unless it is there.
 *
 * @param hash of the migrations: another schema is another template
 * @returns its name
 */
export async function ensurePostgresTemplate(hash: string): Promise<string> {
  const name = `keepsake_template_${hash}`;
  await using admin = openAdmin();
  await admin.sql`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  const [existing] = await admin.sql`select from pg_database where datname = ${name}`;
  if (existing === undefined) await makeTemplate(admin.sql, name);
  return name;
}

/** Under another name until it is complete, so that what an interrupted run left is never taken for a template. */
async function makeTemplate(sql: postgres.Sql, name: string): Promise<void> {
  const draft = `${name}_draft`;
  await sql`drop database if exists ${sql(draft)} with (force)`;
  await sql`create database ${sql(draft)} template template0`;
  {
    await using handle = await connect(configFor(draft));
    await migrate(handle);
  }
  await sql`alter database ${sql(draft)} rename to ${sql(name)}`;
}

function configFor(database: string): ServerConfig {
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${database}`;
  return {
    home: "server",
    url: url.href,
    poolSize: 4,
    connectTimeoutMs: 15_000,
    statementTimeoutMs: 30_000,
    durability: "relaxed",
  };
}

async function dropDatabase(name: string): Promise<void> {
  await using admin = openAdmin();
  await admin.sql`drop database if exists ${admin.sql(name)} with (force)`;
}

function openAdmin() {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };
}
