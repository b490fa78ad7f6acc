import { KEEPSAKE_VERSION } from "@keepsake/contract";
import { MigrationError, readMigrationPlan } from "@keepsake/db";
import type postgres from "postgres";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** An extension of the database, and the newest version that the server's files offer. */
interface OfferedExtension {
  readonly name: string;
  readonly installed: string;
  readonly offered: string;
}

/** Whether the schema is this version's. */
export function judgeSchema({ pending, ahead }: { pending: readonly unknown[]; ahead: readonly string[] }): Finding {
  if (pending.length > 0) {
    const said = `the database's schema is older than Keepsake ${KEEPSAKE_VERSION} by ${pending.length} migrations`;
    return warn("versions", said, "Make a backup and start Keepsake: it brings the schema up to date.");
  }
  if (ahead.length === 0) return pass("versions", `the database's schema is Keepsake ${KEEPSAKE_VERSION}'s`);
  return warn("versions", `the database is newer than Keepsake ${KEEPSAKE_VERSION}: ${ahead.join(", ")}`, "Update it.");
}

/** What the next start would do, or why it would refuse. */
export async function examineSchema(sql: postgres.Sql): Promise<Finding> {
  try {
    return judgeSchema(await readMigrationPlan(sql));
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return fail("versions", error.message, "Use the version of Keepsake that made this schema, or a newer one.");
  }
}

/** Whether newer files of an extension wait to be taken into use. */
export async function examineExtensions(sql: postgres.Sql): Promise<Finding> {
  const extensions = await sql<OfferedExtension[]>`
    select name, installed_version as installed, default_version as offered from pg_available_extensions
    where installed_version is not null and name in ('vector', 'unaccent', 'btree_gin')`;
  const old = extensions.filter(({ installed, offered }) => installed !== offered);
  if (old.length === 0) return pass("versions", "the extensions are as new as the server's files");
  const said = old.map(({ name, installed, offered }) => `${name} ${installed}, and ${offered} is there`).join("; ");
  return warn("versions", said, old.map(({ name }) => `ALTER EXTENSION ${name} UPDATE;`).join(" "));
}

/** Whether the server that runs is of this version: after an update it may be the old one still. */
export async function examineRunning(url: string): Promise<Finding> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
  if (answer === null) return skip("server", `nothing answers at ${url}: it is stopped, or listens elsewhere`);
  const { version, status } = (await answer.json().catch(() => ({}))) as { version?: string; status?: string };
  if (status !== "ok") return fail("server", `${url}/healthz does not say ok`, "Look at its log.");
  if (version === KEEPSAKE_VERSION) return pass("server", `Keepsake ${version} answers at ${url}`);
  return warn(
    "server",
    `Keepsake ${version} answers at ${url}, and this is ${KEEPSAKE_VERSION}`,
    "Restart the server.",
  );
}
