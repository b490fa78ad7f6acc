import type { DatabaseConfig } from "@keepsake/db";
import type postgres from "postgres";
import { type Finding, fail, pass, warn } from "./finding.ts";

/** Settings of a session, by their names. */
export type Settings = Readonly<Record<string, string>>;

const NAMES = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"];
/** With these a commit has reached this server's disk. */
const SYNCHRONOUS = new Set(["on", "local", "remote_write", "remote_apply"]);

/** Whether a commit that was acknowledged survives a power cut, by the server's settings. */
export function judgeDurability(settings: Settings): Finding[] {
  const lost = "what was acknowledged is lost in a power cut";
  const faults = [
    ...(settings["fsync"] === "on" ? [] : [fail("durability", `fsync is off: ${lost}`, "Set fsync = on and restart.")]),
    ...(settings["full_page_writes"] === "on"
      ? []
      : [fail("durability", `full_page_writes is off: a power cut can damage pages`, "Set full_page_writes = on.")]),
    ...(SYNCHRONOUS.has(settings["synchronous_commit"] ?? "")
      ? []
      : [
          fail(
            "durability",
            `synchronous_commit is off: ${lost}`,
            "Set synchronous_commit = on, for the database and the role too (ALTER DATABASE … RESET synchronous_commit).",
          ),
        ]),
  ];
  return faults.length > 0
    ? faults
    : [pass("durability", "fsync, full_page_writes and synchronous_commit are on"), judgeChecksums(settings)];
}

function judgeChecksums(settings: Settings): Finding {
  if (settings["data_checksums"] === "on") return pass("durability", "data pages have checksums");
  const fix = "Stop PostgreSQL, run pg_checksums --enable on its data folder, start it.";
  return warn("durability", "data pages have no checksums: a page that the disk damages is read as it is", fix);
}

/** The settings as our own sessions have them, which the database and the role may change. */
export async function examineDurability(sql: postgres.Sql, home: DatabaseConfig["home"]): Promise<Finding[]> {
  const rows = await sql<{ name: string; setting: string }[]>`
    select name, setting from pg_settings where name = any(${NAMES})`;
  const found = judgeDurability(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])));
  // Nobody can give the embedded PostgreSQL checksums.
  return home === "server" ? found : found.filter(({ level }) => level !== "warn");
}
