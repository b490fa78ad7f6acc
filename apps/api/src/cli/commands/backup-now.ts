import { makeBackup } from "../../backup/make-backup.ts";
import { defineCommand } from "../command.ts";
import { backupFolder } from "../named-backup.ts";
import { openDatabase, readConfig } from "../open-database.ts";

/** `keepsake backup now`. */
export const backupNowCommand = defineCommand({
  name: "backup now",
  summary: "makes a backup, restores it into a scratch database and compares; removes old ones",
  positionals: [],
  options: {},
  details: `The folder is KEEPSAKE_BACKUP_DIR. On a PostgreSQL server Keepsake may run meanwhile. A running Keepsake on the embedded home
makes one by itself: call system.backup.`,
  async run({ env, signal, say, note }) {
    const config = readConfig(env);
    const folder = backupFolder(config);
    await using handle = await openDatabase(config.database, { note });
    const { path, rows, bytes, verifiedIn } = await makeBackup({
      config: config.database,
      handle,
      folder,
      keep: config.backup.keep,
      signal,
    });
    say(`${path}: ${rows} rows, ${bytes} bytes, restored into ${verifiedIn} and compared.`);
    return 0;
  },
});
