import type { Command } from "./command.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { versionCommand } from "./commands/version.ts";

/** Every command of `keepsake`, in the order of its help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [exportCommand, importCommand, versionCommand];
