import { dirname } from "node:path";
import { verifyBackup } from "../../backup/verify-backup.ts";
import { defineCommand } from "../command.ts";
import { findBackup } from "../named-backup.ts";
import { readConfig } from "../open-database.ts";

/** `keepsake backup verify`. */
export const backupVerifyCommand = defineCommand({
  name: "backup verify",
  summary: "restores a backup into a scratch database and compares",
  positionals: ["FILE|latest"],
  options: {},
  async run({ env, positionals: [named = ""], signal, say }) {
    const config = readConfig(env);
    const path = await findBackup(config, named);
    const server = config.database.home === "server" ? config.database : null;
    const { trailer, where } = await verifyBackup(path, server, dirname(path), signal);
    for (const [name, { rows, checksum }] of Object.entries(trailer.tables)) {
      if (rows > 0) say(`${name.padEnd(24)} ${String(rows).padStart(8)} rows, checksum ${checksum}`);
    }
    say(`${path}: good. ${trailer.records} rows were restored into ${where}, and every table is as it was.`);
    return 0;
  },
});
