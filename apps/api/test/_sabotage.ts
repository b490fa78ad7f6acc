import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CommandResult, runKeepsake } from "./_command-line.ts";
import { type KeepsakeProcess, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { FROM_SOURCE } from "./_programs.ts";

const ROOT = new URL("../../../", import.meta.url);
const HOOK = new URL("./_sabotage-hook.ts", import.meta.url).href;

/** A piece of a source file that the sabotaged server reads otherwise. */
export interface Sabotage {
  /** The file, from the repository's root, such as `apps/api/src/platform/owned.ts`. */
  readonly file: string;
  /** What stands there, to the letter. */
  readonly find: string;
  /** What is run instead. */
  readonly replace: string;
  /** How often it stands there; once unless said otherwise. */
  readonly times?: number;
}

/** What a Node process needs in order to be sabotaged. */
interface SabotagedNode {
  /** Arguments of Node; worker threads inherit them. */
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The line that the hook prints once it has changed a file. */
const changedLine = (url: string) => `sabotaged ${url}`;

/**
 * Has a Node process that runs from source load these files changed: its worker threads too, the embedded PostgreSQL's
 * for one. Nothing on the disk changes.
 *
 * @throws Error when a text does not stand in its file exactly as often as is said: the source has moved on
 */
function sabotagedNode(sabotages: readonly Sabotage[]): SabotagedNode {
  for (const sabotage of sabotages) assertFound(sabotage);
  const changes = sabotages.map(({ file, find, replace }) => ({ url: urlOf(file), find, replace }));
  return { nodeArguments: ["--import", HOOK], environment: { SABOTAGE: JSON.stringify(changes) } };
}

/**
 * Starts the real server with a fault in its source, and waits until it answers and has loaded each changed file: so
 * that a check is seen to fail where it must.
 *
 * @throws Error when a text is not found as often as is said, or a changed file is never loaded
 */
export async function startSabotaged(
  sabotages: readonly Sabotage[],
  environment: Record<string, string> & { readonly PORT: string },
): Promise<KeepsakeProcess> {
  const node = sabotagedNode(sabotages);
  const server = startProcess({ ...environment, ...node.environment }, node.nodeArguments, FROM_SOURCE.server);
  try {
    await untilHealthy(server, `http://127.0.0.1:${environment.PORT}`);
    assertSabotaged(server.output(), sabotages);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs a command of `keepsake` with a fault in its source, and sees to it that each changed file was loaded.
 *
 * @throws Error when a text is not found as often as is said, or a changed file is never loaded
 */
export async function runSabotaged(
  sabotages: readonly Sabotage[],
  words: readonly string[],
  environment: Record<string, string>,
): Promise<CommandResult> {
  const node = sabotagedNode(sabotages);
  const variables = { ...environment, ...node.environment, NODE_OPTIONS: node.nodeArguments.join("=") };
  const result = await runKeepsake(words, variables, undefined, FROM_SOURCE.commandLine);
  assertSabotaged(result.err, sabotages);
  return result;
}

/**
 * That a process has run with its faults.
 *
 * @param output what it printed, on standard error above all
 * @throws Error that names the files which it never loaded
 */
function assertSabotaged(output: string, sabotages: readonly Sabotage[]): void {
  const untouched = sabotages.filter(({ file }) => !output.includes(changedLine(urlOf(file))));
  if (untouched.length > 0) throw new Error(`never loaded: ${untouched.map(({ file }) => file).join(", ")}\n${output}`);
}

const urlOf = (file: string) => new URL(file, ROOT).href;

function assertFound({ file, find, times = 1 }: Sabotage): void {
  const found = readFileSync(fileURLToPath(urlOf(file)), "utf8").split(find).length - 1;
  if (found !== times) throw new Error(`${file} holds this ${found} times, not ${times}: ${find}`);
}
