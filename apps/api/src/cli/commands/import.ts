import { tmpdir } from "node:os";
import type { DatabaseConfig } from "@keepsake/db";
import { verifyArchiveFile, withArchiveFile } from "../../archive/archive-file.ts";
import { assertNoBackup, type ImportCounts, type ImportOptions, importArchive } from "../../archive/import-archive.ts";
import { readSchemaVersion } from "../../archive/schema-version.ts";
import { bringUpToDate } from "../../backup/current-archive.ts";
import { defineCommand, UsageError } from "../command.ts";
import { assertDatabase, hasDatabase, openAsItIs, openMigrated, readConfig } from "../open-database.ts";

const MODES = ["refuse", "keep", "replace"] as const;

/** `keepsake import`. */
export const importCommand = defineCommand({
  name: "import",
  summary: "brings an archive's rows into the database, next to those that are there",
  positionals: ["FILE"],
  options: {
    "dry-run": { type: "boolean", meaning: "compares and tells, and changes nothing" },
    "on-conflict": {
      type: "string",
      value: "MODE",
      meaning: "for rows that are there and different: refuse (all of it), keep, replace",
    },
  },
  details: `The archive is read and compared as a whole before the first row is stored, and again afterwards. What is there already is
not stored twice: an import that was interrupted goes on when it is run again. An archive of an older version is brought up to
date in a scratch database first: on the server where its user may make one, otherwise an embedded one under TMPDIR.`,
  async run({ values, positionals: [path = ""], env, signal, say, note }) {
    const config = readConfig(env);
    const onConflict = toMode(values["on-conflict"]);
    await lookAtFirst(path, config.database, { isDry: values["dry-run"], note });
    const open = values["dry-run"] ? openAsItIs : openMigrated;
    await using handle = await open(config.database, { note });
    await using session = handle.openSession();
    const onTable: ImportOptions["onTable"] = (step, table) => note(`${step} ${table} …`);
    const schema = await readSchemaVersion(session.sql);
    const room = { config: config.database, schema, parent: tmpdir(), signal, note };
    await using current = await bringUpToDate(path, room);
    const options = { onConflict, dryRun: values["dry-run"], called: path, signal, onTable };
    const { found, left } = await importArchive(session.sql, current.path, options);
    for (const line of describeCounts(found)) say(line);
    say(conclusion(found, left, values["dry-run"]));
    return 0;
  },
});

/**
 * No database is opened for a file that is no archive or a backup, and none is made for one that is damaged, or by a dry run.
 *
 * @throws ArchiveError, or Error when there is no database to compare with
 */
async function lookAtFirst(path: string, database: DatabaseConfig, how: { isDry: boolean; note(line: string): void }) {
  await withArchiveFile(path, async ({ header }) => assertNoBackup(header));
  if (hasDatabase(database)) return;
  await verifyArchiveFile(path);
  if (how.isDry) assertDatabase(database, " Without --dry-run the import makes one there.");
  if (database.home === "embedded") how.note(`There is no database in ${database.dataDir} yet: making one …`);
}

function toMode(text = "refuse"): ImportOptions["onConflict"] {
  const mode = MODES.find((each) => each === text);
  if (mode === undefined) throw new UsageError(`--on-conflict is one of ${MODES.join(", ")}.`);
  return mode;
}

function describeCounts(found: ImportCounts): string[] {
  return Object.entries(found).map(([name, { rows, same, different, clashing }]) => {
    const parts = [`${rows} rows`, `${rows - same - different - clashing} new`, `${same} there already`];
    if (different > 0) parts.push(`${different} different`);
    if (clashing > 0) parts.push(`${clashing} in the way of others`);
    return `${name.padEnd(24)} ${parts.join(", ")}`;
  });
}

function conclusion(found: ImportCounts, left: ImportCounts | null, isDry: boolean): string {
  if (isDry) return "Nothing was changed.";
  if (left === null) return "Everything was there already, and nothing was changed.";
  const sum = (counts: ImportCounts, of: "rows" | "same") =>
    Object.values(counts).reduce((total, each) => total + each[of], 0);
  return `Imported ${sum(left, "same") - sum(found, "same")} rows; ${sum(left, "same")} of ${sum(left, "rows")} are as the archive has them. What has no vectors gets them after the next start.`;
}
