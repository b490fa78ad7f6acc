import type { Command } from "./command.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { versionCommand } from "./commands/version.ts";

/** Every command of `keepsake`, in the order of its help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [doctorCommand, versionCommand];
