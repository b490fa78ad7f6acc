import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";

/** A process of its own that runs a script of this folder. Disposing of it kills it. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What it prints, line by line. */
  readonly lines: Interface;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * @param input arrives as JSON in the script's first argument
 * @param wrapper a command that runs the rest, `unshare` for instance
 */
export function startChild(script: string, input: unknown, wrapper: readonly string[] = []): Child {
  const command = [...wrapper, process.execPath, "--conditions=@keepsake/source", join(import.meta.dirname, script)];
  const [program = process.execPath, ...args] = [...command, JSON.stringify(input)];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Not "exit": what it printed last may still be in the pipe then.
  const ended = once(child, "close");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    lines: createInterface(child.stdout),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** The next line that the child prints. */
export async function nextLine(child: Child): Promise<string> {
  const [line] = (await once(child.lines, "line")) as [string];
  return line;
}
