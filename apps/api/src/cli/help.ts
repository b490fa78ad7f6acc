import type { Command } from "./command.ts";

const OPTION_WIDTH = 26;

/** What `keepsake --help` prints, or `keepsake backup --help` for the commands that begin with this word. */
export function listHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usageOf(command).length));
  const lines = commands.map((command) => `  ${usageOf(command).padEnd(width)}   ${command.summary}`);
  return `Usage: keepsake COMMAND [OPTIONS]

${lines.join("\n")}

keepsake COMMAND --help tells a command's options. The database is the server's: the same variables name it, and .env is
read where pnpm is used. Exit codes: 0 done, 1 not done, 2 not understood.`;
}

/** What `keepsake COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) => {
    const written = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
    return `  ${written.padEnd(OPTION_WIDTH)} ${option.meaning}`;
  });
  return [
    `Usage: keepsake ${usageOf(command)}${options.length > 0 ? " [OPTIONS]" : ""}`,
    `${capitalized(command.summary)}.`,
    ...(options.length > 0 ? [options.join("\n")] : []),
    ...(command.details === undefined ? [] : [command.details]),
  ].join("\n\n");
}

const usageOf = ({ name, positionals }: Command): string => [name, ...positionals].join(" ");

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
