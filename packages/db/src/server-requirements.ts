import type postgres from "postgres";
import { DatabaseStartError } from "./database-error.ts";
import { POOLER } from "./server-fault.ts";
import { SESSION_SETTINGS } from "./session-settings.ts";

const SERVER_VERSION_MIN = 16;

interface ExtensionRequirement {
  readonly name: string;
  readonly versionMin: string;
  /** Where it comes from, as the end of a sentence that begins with "install". `%` is the server's major. */
  readonly source: string;
}

const CONTRIB =
  "PostgreSQL's contrib modules (part of postgresql-% on Debian and Ubuntu, postgresql-contrib elsewhere)";

/** What the migrations create. */
const REQUIRED_EXTENSIONS: readonly ExtensionRequirement[] = [
  {
    name: "vector",
    versionMin: "0.8",
    source: "pgvector (the package postgresql-%-pgvector on Debian and Ubuntu, the image pgvector/pgvector in Docker)",
  },
  { name: "unaccent", versionMin: "1", source: CONTRIB },
  { name: "btree_gin", versionMin: "1", source: CONTRIB },
];

interface OfferedExtension {
  readonly name: string;
  readonly offered: string;
  readonly installed: string | null;
  readonly mayCreate: boolean;
}

/** What `connect` tells about the server. */
export interface ServerVersions {
  readonly serverVersion: string;
  readonly pgvectorVersion: string | null;
  /** Why what is acknowledged may be lost when the power is cut; null when it is not. */
  readonly durabilityProblem: string | null;
  /** Why a page that the disk damages would be read as it is; null where PostgreSQL would notice. */
  readonly checksumProblem: string | null;
}

/**
 * Looks at the server before anything is written to it.
 *
 * @throws DatabaseStartError when it is older than PostgreSQL 16, or an extension is missing, too old, or may not be
 *   created by this role
 */
export async function checkServer(sql: postgres.Sql): Promise<ServerVersions> {
  const versions = await readVersions(sql);
  const { serverVersion } = versions;
  const major = Number.parseInt(serverVersion, 10);
  if (major < SERVER_VERSION_MIN) {
    throw new DatabaseStartError(
      `This is PostgreSQL ${serverVersion}, and Keepsake needs ${SERVER_VERSION_MIN} or newer: upgrade the server, or use another one.`,
    );
  }
  const offers = await readOfferedExtensions(sql);
  for (const requirement of REQUIRED_EXTENSIONS) {
    const offer = offers.find(({ name }) => name === requirement.name);
    assertVersion(requirement, offer, major);
    if (offer.installed === null && !offer.mayCreate) await assertMayCreate(sql, requirement.name);
  }
  return versions;
}

const ITERATIVE_SCAN = "hnsw.iterative_scan";

/**
 * Looks whether a session has the settings that it was started with: a pooler may be told to ignore them.
 *
 * @throws DatabaseStartError when it has not
 */
export async function assertOwnSettings(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<[{ scan: string | null; timeout: string }]>`
    select current_setting(${ITERATIVE_SCAN}, true) as scan, current_setting('statement_timeout') as timeout`;
  // Ours is never 0, which stands for none.
  if (row.scan !== SESSION_SETTINGS[ITERATIVE_SCAN] || row.timeout === "0") throw new DatabaseStartError(POOLER);
}

/** The versions and settings alone: the embedded PostgreSQL always fits. */
export async function readVersions(sql: postgres.Sql): Promise<ServerVersions> {
  const [row] = await sql<
    [{ server: string; vector: string | null; checksums: string } & Record<SafetySetting, string>]
  >`
    select current_setting('server_version') as server, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('data_checksums') as checksums,
      (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector') as vector`;
  // Distributions add their own words: "17.6 (Debian 17.6-1)".
  const serverVersion = row.server.split(" ", 1)[0] ?? row.server;
  return {
    serverVersion,
    pgvectorVersion: row.vector,
    durabilityProblem: findDurabilityProblem(row),
    checksumProblem: row.checksums === "off" ? WITHOUT_CHECKSUMS : null,
  };
}

const WITHOUT_CHECKSUMS =
  "PostgreSQL keeps no checksums of its data pages: a page that the disk damages is read as it is. Stop it, run pg_checksums --enable on its data folder, start it.";

/** Settings with which PostgreSQL forgets what it has acknowledged, or cannot open after a power cut, once they are off. */
const SAFETY_SETTINGS = ["fsync", "full_page_writes", "synchronous_commit"] as const;
type SafetySetting = (typeof SAFETY_SETTINGS)[number];

function findDurabilityProblem(settings: Readonly<Record<SafetySetting, string>>): string | null {
  const off = SAFETY_SETTINGS.filter((name) => settings[name] === "off");
  if (off.length === 0) return null;
  return `PostgreSQL runs with ${off.join(" and ")} off: what is acknowledged may be lost in a power cut. Turn it on in its configuration.`;
}

async function readOfferedExtensions(sql: postgres.Sql): Promise<OfferedExtension[]> {
  return await sql<OfferedExtension[]>`
    select e.name, e.default_version as offered, e.installed_version as installed,
      (select rolsuper from pg_roles where rolname = current_user)
        or not v.superuser
        or (v.trusted and has_database_privilege(current_database(), 'CREATE')) as "mayCreate"
    from pg_available_extensions e
    join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version`;
}

function assertVersion(
  { name, versionMin, source }: ExtensionRequirement,
  offer: OfferedExtension | undefined,
  major: number,
): asserts offer is OfferedExtension {
  const install = `install ${source.replaceAll("%", String(major))} where PostgreSQL runs`;
  if (offer === undefined) {
    throw new DatabaseStartError(`This PostgreSQL does not have the extension ${name}: ${install}.`);
  }
  const version = offer.installed ?? offer.offered;
  if (!isOlder(version, versionMin)) return;
  const remedy = isOlder(offer.offered, versionMin) ? install : `run ALTER EXTENSION ${name} UPDATE in this database`;
  throw new DatabaseStartError(
    `The extension ${name} is version ${version}, and Keepsake needs ${versionMin} or newer: ${remedy}.`,
  );
}

/** Managed servers let roles create extensions by ways that the catalogs do not show, so the proof is a trial. */
async function assertMayCreate(sql: postgres.Sql, extension: string): Promise<void> {
  const undo = new Error("undo");
  try {
    await sql.begin(async (tx) => {
      await tx`create extension ${tx(extension)}`;
      throw undo;
    });
  } catch (error) {
    if (error === undo || !isPermissionDenied(error)) return;
    throw new DatabaseStartError(
      `The database's user may not create the extension ${extension}: run CREATE EXTENSION ${extension} in this database once, as a superuser.`,
      { cause: error },
    );
  }
}

function isPermissionDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "42501";
}

/** Compares `0.10.1` with `0.8` part by part. */
function isOlder(version: string, versionMin: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of versionMin.split(".").map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
