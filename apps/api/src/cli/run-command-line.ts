import type { Environment } from "../config.ts";
import { UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { commandHelp, listHelp } from "./help.ts";
import { parseLine } from "./parse-call.ts";

const NOT_DONE = 1;
const NOT_UNDERSTOOD = 2;

/**
 * Does what was typed.
 *
 * @param words what stands behind `keepsake`
 * @returns the exit code: 0 done, 1 not done, 2 not understood
 */
export async function runCommandLine(words: readonly string[], env: Environment): Promise<number> {
  const print = (stream: NodeJS.WriteStream) => (line: string) => void stream.write(`${line}\n`);
  const [say, note] = [print(process.stdout), print(process.stderr)];
  try {
    const parsed = parseLine(COMMANDS, words);
    if (parsed.type !== "call") {
      say(parsed.type === "help" ? commandHelp(parsed.command) : listHelp(parsed.commands));
      return 0;
    }
    return await parsed.command.run({ ...parsed.call, env, signal: stopSignal(), say, note });
  } catch (error) {
    note(describe(error, env["LOG_LEVEL"] === "debug"));
    return error instanceof UsageError ? NOT_UNDERSTOOD : NOT_DONE;
  }
}

function describe(error: unknown, withStack: boolean): string {
  if (!(error instanceof Error)) return String(error);
  return withStack ? (error.stack ?? error.message) : error.message;
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(NOT_DONE));
      stop.abort(new Error(`Stopped (${name}).`));
    });
  }
  return stop.signal;
}
