import type { Command } from "./command.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { tokenCreateCommand } from "./commands/token-create.ts";
import { tokenListCommand } from "./commands/token-list.ts";
import { tokenRevokeCommand } from "./commands/token-revoke.ts";
import { tokenRotateCommand } from "./commands/token-rotate.ts";
import { versionCommand } from "./commands/version.ts";

/** Every command of `keepsake`, in the order of its help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [
  tokenCreateCommand,
  tokenListCommand,
  tokenRevokeCommand,
  tokenRotateCommand,
  doctorCommand,
  versionCommand,
];
