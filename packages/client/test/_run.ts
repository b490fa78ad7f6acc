import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** What a program printed and how it ended. */
export interface Finished {
  readonly exitCode: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

/** How a program is started. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty when absent. */
  readonly input?: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  child.stdin.end(options.input ?? "");
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [printed, complained, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, output: `${printed}${complained}` };
}

/**
 * Runs a program that must succeed.
 *
 * @returns what it printed
 * @throws Error with what it printed
 */
export async function runWell(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { exitCode, output } = await run(program, args, options);
  if (exitCode === 0) return output;
  throw new Error(`${program} ${args.join(" ")} ended with ${exitCode}:\n${output}`);
}
