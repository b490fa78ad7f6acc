import type { Command } from "./command.ts";
import { backupListCommand } from "./commands/backup-list.ts";
import { backupNowCommand } from "./commands/backup-now.ts";
import { backupVerifyCommand } from "./commands/backup-verify.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { restoreCommand } from "./commands/restore.ts";
import { tokenCreateCommand } from "./commands/token-create.ts";
import { tokenListCommand } from "./commands/token-list.ts";
import { tokenRevokeCommand } from "./commands/token-revoke.ts";
import { tokenRotateCommand } from "./commands/token-rotate.ts";
import { versionCommand } from "./commands/version.ts";

/** Every command of `keepsake`, in the order of its help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [
  doctorCommand,
  backupNowCommand,
  backupListCommand,
  backupVerifyCommand,
  restoreCommand,
  exportCommand,
  importCommand,
  tokenCreateCommand,
  tokenListCommand,
  tokenRevokeCommand,
  tokenRotateCommand,
  versionCommand,
];
