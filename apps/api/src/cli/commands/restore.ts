import { restoreBackup } from "../../backup/restore-backup.ts";
import { defineCommand } from "../command.ts";
import { findBackup } from "../named-backup.ts";
import { readConfig } from "../open-database.ts";

/** `keepsake restore`. */
export const restoreCommand = defineCommand({
  name: "restore",
  summary: "puts a backup in the place of the database; Keepsake has to be stopped",
  positionals: ["FILE|latest"],
  options: {
    replace: { type: "boolean", meaning: "also where a database is: it is kept, and the place is told" },
    "without-restore-point": {
      type: "boolean",
      meaning: "on a server, where what is there cannot be backed up any more: it is lost",
    },
  },
  details: `An archive of keepsake export --all is restored in the same way. Counts and checksums of every table are compared before the
backup takes its place; whatever fails changes nothing.`,
  async run({ env, positionals: [named = ""], values, signal, say, note }) {
    const config = readConfig(env);
    const path = await findBackup(config, named);
    const { trailer, before } = await restoreBackup({
      config: config.database,
      path,
      replace: values.replace,
      restorePointFolder: config.backup.folder,
      isWithoutRestorePoint: values["without-restore-point"],
      signal,
      note,
    });
    say(`Restored ${path}: ${trailer.records} rows, every table compared.`);
    if (before !== null) say(`What was there before is kept: ${before}`);
    return 0;
  },
});
