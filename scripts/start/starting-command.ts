import { basename } from "node:path";
import type { FindProcess, ProcessRow } from "./process-table.ts";

const shells = new Set(["sh", "ash", "bash", "dash", "ksh", "zsh", "fish"]);
const runners = new Set(["npm", "npx", "pnpm", "pnpx", "corepack", "turbo"]);

/** The program's name as people say it: `npx` for `node /usr/lib/npm/bin/npx-cli.js`, `npm` for the title `npm exec x`. */
function programName(command: readonly string[]): string {
  const [first = "", ...rest] = command;
  const program = basename(first.startsWith("/") ? first : (first.split(" ")[0] ?? "")).replace(/^-/, "");
  const script = program === "node" ? rest.find((word) => !word.startsWith("-")) : undefined;
  return basename(script ?? program)
    .replace(/\.[cm]?js$/, "")
    .replace(/-cli$/, "");
}

const isRunner = (command: readonly string[]): boolean => runners.has(programName(command));

/** `sh -c "…"`; a shell with a `&` of its own may end before what it started, so its end says nothing. */
function isWaitingShell(command: readonly string[]): boolean {
  if (!shells.has(programName(command))) return false;
  const option = command.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word));
  if (option < 1 || command.slice(1, option).some((word) => !word.startsWith("-"))) return false;
  const script = command.slice(option + 1).join(" ");
  return !/(?<![&>])&(?![&>])/.test(script);
}

/** True for package managers, turbo and the shells they start scripts with; false for a terminal's shell or systemd. */
export function belongsToStartingCommand(command: readonly string[]): boolean {
  return isRunner(command) || isWaitingShell(command);
}

/**
 * The process and its ancestors up to the command that somebody typed, youngest first.
 *
 * Only the process itself is left when it was started by hand, or when the system cannot tell.
 */
export async function findStartingCommand(findProcess: FindProcess, pid: number): Promise<ProcessRow[]> {
  const chain: ProcessRow[] = [];
  for (let row = await findProcess(pid); row !== null; row = await findProcess(row.parentPid)) {
    if (chain.length > 0 && !belongsToStartingCommand(row.command)) break;
    chain.push(row);
  }
  return chain;
}

/** False once a process of the chain has ended, which its child also shows by a new parent. The last one's parent is nobody's concern. */
export async function isStanding(findProcess: FindProcess, chain: readonly ProcessRow[]): Promise<boolean> {
  const links = chain.map(async (row, index) => {
    const now = await findProcess(row.pid);
    const keepsParent = index === chain.length - 1 || now?.parentPid === row.parentPid;
    return now?.startedAt === row.startedAt && keepsParent;
  });
  return (await Promise.all(links)).every(Boolean);
}

/** True when pnpm was started by an npx that was killed before the chain could be read: init has taken over what is left of it. */
export function hasLostNpx(chain: readonly ProcessRow[], env: NodeJS.ProcessEnv): boolean {
  const startedByNpx = /[\\/]_npx[\\/]/.test(env["npm_execpath"] ?? "");
  const isWhole = chain.some((row) => ["npm", "npx"].includes(programName(row.command)));
  return startedByNpx && !isWhole && chain.length > 1 && chain.at(-1)?.parentPid === 1;
}
