import { describe, expect, test } from "vitest";
import type { FindProcess, ProcessRow } from "./process-table.ts";
import { belongsToStartingCommand, findStartingCommand, hasLostNpx, isStanding } from "./starting-command.ts";

const row = (pid: number, parentPid: number, command: string[]): ProcessRow => ({
  pid,
  parentPid,
  startedAt: "100",
  command,
});
const server = row(60, 50, ["node", "scripts/start.ts"]);
const scriptShell = row(50, 40, ["sh", "-c", "trap '…' INT; node scripts/start.ts"]);
const pnpm = row(40, 30, ["pnpm", "start"]);
const npxShell = row(30, 20, ["sh", "-c", "'pnpm' start"]);
const npx = row(20, 10, ["npm exec pnpm@12 start"]);
const terminal = row(10, 1, ["-bash"]);
const init = row(1, 0, ["/sbin/init"]);
const chain = [server, scriptShell, pnpm, npxShell, npx];

const tableOf =
  (rows: ProcessRow[]): FindProcess =>
  async (pid) =>
    rows.find((one) => one.pid === pid) ?? null;

describe("belongsToStartingCommand", () => {
  test.each([
    ["npx's own title", ["npm exec pnpm@12 start"]],
    ["npx before it sets a title", ["node", "/usr/lib/node_modules/npm/bin/npx-cli.js", "pnpm@12", "start"]],
    ["a Node below a folder with spaces", ["/opt/My Tools/node", "--no-warnings", "/opt/pnpm.cjs", "start"]],
    ["pnpm as a program", ["/home/ola/.npm/_npx/9c/node_modules/.bin/pnpm", "start"]],
    ["turbo", ["turbo", "run", "start"]],
    ["a package manager's shell", ["sh", "-c", "node scripts/start.ts"]],
    ["a login shell with a command", ["/bin/zsh", "-l", "-c", "cd keepsake && npx pnpm@12 start 2>&1"]],
  ])("is true for %s", (_, command) => {
    expect(belongsToStartingCommand(command)).toBe(true);
  });

  test.each([
    ["a terminal's shell", ["-bash"]],
    ["a shell script", ["bash", "run-pnpm.sh", "-c"]],
    ["a shell that starts it in the background", ["bash", "-c", "npx pnpm@12 start & sleep 60"]],
    ["systemd", ["/usr/lib/systemd/systemd", "--user"]],
    ["a test runner", ["node", "/repo/node_modules/vitest/vitest.mjs", "run"]],
    ["a process without a command line", []],
  ])("is false for %s", (_, command) => {
    expect(belongsToStartingCommand(command)).toBe(false);
  });
});

describe("findStartingCommand", () => {
  test("walks up to npx and leaves the terminal out", async () => {
    expect(await findStartingCommand(tableOf([...chain, terminal, init]), server.pid)).toEqual(chain);
  });

  test("finds only the process itself when it was started by hand", async () => {
    const byHand = { ...server, parentPid: terminal.pid };
    expect(await findStartingCommand(tableOf([byHand, terminal, init]), server.pid)).toEqual([byHand]);
  });
});

describe("isStanding", () => {
  test("is true while nothing has changed, and when only the terminal is gone", async () => {
    expect(await isStanding(tableOf(chain), chain)).toBe(true);
    const adopted = { ...npx, parentPid: 1 };
    expect(await isStanding(tableOf([server, scriptShell, pnpm, npxShell, adopted]), chain)).toBe(true);
  });

  test.each([scriptShell, pnpm, npxShell, npx])("is false once $command is gone", async (gone) => {
    expect(await isStanding(tableOf(chain.filter((one) => one !== gone)), chain)).toBe(false);
  });

  test("is false when a child has a new parent, though the old one is still listed", async () => {
    const adopted = { ...npxShell, parentPid: 1 };
    expect(await isStanding(tableOf([server, scriptShell, pnpm, adopted, npx]), chain)).toBe(false);
  });

  test("is not fooled by another process of the same pid", async () => {
    const another = { ...npx, startedAt: "200" };
    expect(await isStanding(tableOf([server, scriptShell, pnpm, npxShell, another]), chain)).toBe(false);
  });
});

describe("hasLostNpx", () => {
  const env = { npm_execpath: "/home/ola/.npm/_npx/9c/node_modules/pnpm/pnpm" };
  const orphaned = [server, scriptShell, pnpm, { ...npxShell, parentPid: 1 }];

  test("is true when init has taken over what npx started", () => {
    expect(hasLostNpx(orphaned, env)).toBe(true);
  });

  test("is false under npx, under an installed pnpm and when started by hand", () => {
    expect(hasLostNpx(chain, env)).toBe(false);
    expect(hasLostNpx(orphaned, { npm_execpath: "/usr/bin/pnpm" })).toBe(false);
    expect(hasLostNpx([{ ...server, parentPid: 1 }], env)).toBe(false);
  });
});
