import { spawn } from "node:child_process";
import { once } from "node:events";
import { programs } from "./_programs.ts";

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `keepsake` as a person does, with these variables and no others of Keepsake's.
 *
 * @param program the command line, with what it needs of Node
 */
export async function runKeepsake(
  words: readonly string[],
  environment: Record<string, string> = {},
  cwd?: string,
  program: readonly string[] = programs().commandLine,
) {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...environment };
  const child = spawn(process.execPath, [...program, ...words], {
    env,
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => err.push(text));
  const [code, signal] = await once(child, "close");
  const result: CommandResult = { code: code ?? String(signal), out: out.join(""), err: err.join("") };
  return result;
}
