import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";

const root = join(import.meta.dirname, "..");

/** A program of `node_modules/.bin`, or of the PATH, with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** `isShown` passes the output on as it comes; otherwise it is kept and returned. */
export type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; isShown?: boolean; signal?: AbortSignal };

export type RunResult = { succeeded: boolean; output: string };

/** Runs a tool of the project with the project's own Node. Never rejects: a tool that cannot be started has failed. */
export function runTool([program, ...args]: Command, options: RunOptions = {}): Promise<RunResult> {
  const { cwd = root, isShown = false, signal } = options;
  const tool = spawn(program, args, {
    cwd,
    env: toolEnv({ ...(!isShown && { NO_COLOR: "1" }), ...options.env }),
    stdio: ["ignore", isShown ? "inherit" : "pipe", isShown ? "inherit" : "pipe"],
    // The commands in .bin are .cmd files there, which only a shell starts.
    shell: process.platform === "win32",
    ...(signal && { signal }),
  });
  let output = "";
  for (const stream of [tool.stdout, tool.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    tool.on("error", (error) => resolve({ succeeded: false, output: `${output}${error.message}` }));
    tool.on("close", (code) => resolve({ succeeded: code === 0, output }));
  });
}

function toolEnv(added: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  return { ...process.env, ...added, PATH: path, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
}

/** Seconds since a `performance.now()`, as people read them. */
export const secondsSince = (startedMs: number): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;

/** Something that must succeed before the rest makes sense. */
export type Step = { name: string; command: Command };

/** Runs one step and prints its name and time; what the tool said only when it failed. */
export async function runStep({ name, command }: Step): Promise<boolean> {
  const startedMs = performance.now();
  const { succeeded, output } = await runTool(command);
  if (!succeeded) console.log(output.trim());
  console.log(`${succeeded ? "✓" : "✗"} ${name} (${secondsSince(startedMs)})`);
  return succeeded;
}
