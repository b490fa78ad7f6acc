import { listBackups, readFailure } from "../../backup/backup-folder.ts";
import { defineCommand } from "../command.ts";
import { backupFolder } from "../named-backup.ts";
import { readConfig } from "../open-database.ts";

/** `keepsake backup list`. */
export const backupListCommand = defineCommand({
  name: "backup list",
  summary: "lists the good backups, newest first, and the last failure",
  positionals: [],
  options: {},
  async run({ env, say }) {
    const folder = backupFolder(readConfig(env));
    const backups = await listBackups(folder);
    for (const { path, createdAt, rows, bytes } of backups) say(`${createdAt}  ${rows} rows  ${bytes} bytes  ${path}`);
    if (backups.length === 0) say(`There is no good backup in ${folder}.`);
    const failure = await readFailure(folder);
    if (failure !== null) say(`The last one failed at ${failure.at}: ${failure.problem}`);
    return backups.length === 0 ? 1 : 0;
  },
});
