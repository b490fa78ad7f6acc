import { existsSync } from "node:fs";
import { type DatabaseConfig, type DatabaseSession, lookIn } from "@keepsake/db";
import type postgres from "postgres";
import type { Config } from "../../config.ts";
import { hasDatabase } from "../open-database.ts";
import { examineSkew } from "./clock.ts";
import { examineDisk } from "./disk.ts";
import { examineDurability } from "./durability.ts";
import { type Finding, fail, pass, skip } from "./finding.ts";
import { readInstallation } from "./installation.ts";
import { examineModel, type RecordedSpace } from "./model.ts";
import { examineTokens } from "./tokens.ts";
import { examineExtensions, examineSchema } from "./versions.ts";

/** What the database was found to be. */
export interface ExaminedDatabase {
  readonly findings: readonly Finding[];
  /** Whether a token was ever made in it, so that the server asks for one; null where that could not be looked at. */
  readonly hasTokens: boolean | null;
  /** Milliseconds since Keepsake first used it; null where that could not be looked at. */
  readonly ageMs: number | null;
}

/** Everything that the database is asked. Where it cannot be opened, that is the one finding, and the model's. */
export async function examineDatabase(config: Config): Promise<ExaminedDatabase> {
  let session: DatabaseSession;
  try {
    session = await lookIn(config.database);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const findings = [cannotOpen(config.database, said), ...(await examineModel(config.embeddings, null))];
    return { findings, hasTokens: hasDatabase(config.database) ? null : false, ageMs: null };
  }
  await using open = session;
  const { hasTokens, ageMs } = await readInstallation(open.sql);
  return { findings: await examineOpen(open.sql, config, hasTokens), hasTokens, ageMs };
}

function cannotOpen(database: DatabaseConfig, said: string): Finding {
  if (database.home === "embedded" && said.startsWith("There is no database")) return skip("database", said);
  return fail("database", said, "Until the database can be opened, nothing in it can be looked at.");
}

async function examineOpen(sql: postgres.Sql, config: Config, hasTokens: boolean): Promise<Finding[]> {
  const schema = await examineSchema(sql);
  const isThere = await hasTables(sql);
  return [
    pass("database", `PostgreSQL ${await versionOf(sql)} answers`),
    ...(await examineDurability(sql, config.database.home)),
    ...(await examineDataDirectory(sql, config.database)),
    schema,
    await examineExtensions(sql),
    await examineSkew(sql),
    ...(isThere ? await examineTokens(sql, config.server.adminToken !== null, hasTokens) : []),
    ...(await examineModel(config.embeddings, isThere ? await findSpace(sql) : null)),
  ];
}

async function versionOf(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<
    [{ version: string }]
  >`select split_part(current_setting('server_version'), ' ', 1) as version`;
  return row.version;
}

/** An older schema has tables that this version's questions do not fit. */
async function hasTables(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<[{ isThere: boolean }]>`
    select exists (select from information_schema.columns where table_schema = 'public'
      and (table_name, column_name) in (('api_tokens', 'last_used_at'))) as "isThere"`;
  return row.isThere;
}

async function findSpace(sql: postgres.Sql): Promise<RecordedSpace | null> {
  const [space] = await sql<RecordedSpace[]>`
    select model, dimensions, recipe from embedding_spaces where state = 'active'`;
  return space ?? null;
}

/** PostgreSQL's own folder, where it is on this machine and its place may be known. */
async function examineDataDirectory(sql: postgres.Sql, database: DatabaseConfig): Promise<Finding[]> {
  if (database.home === "embedded") return [];
  const [row] = await sql<
    { folder: string }[]
  >`select setting as folder from pg_settings where name = 'data_directory'`;
  if (row === undefined)
    return [skip("database disk", "this database user may not know where PostgreSQL keeps its data")];
  if (!isLocal(database.url) || !existsSync(row.folder)) {
    return [skip("database disk", `PostgreSQL keeps its data in ${row.folder}, which is not on this machine`)];
  }
  return await examineDisk("database disk", row.folder);
}

const isLocal = (url: string): boolean => ["127.0.0.1", "localhost", "[::1]", ""].includes(new URL(url).hostname);
