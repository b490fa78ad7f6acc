import { KEEPSAKE_VERSION } from "@keepsake/contract";
import { expect, test } from "vitest";
import { COMMANDS } from "../src/cli/commands.ts";
import { runKeepsake } from "./_command-line.ts";

test("help lists every command with its summary, and ends with 0", async () => {
  const { code, out, err } = await runKeepsake(["--help"]);
  expect([code, err]).toEqual([0, ""]);
  for (const { name, summary } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} .*${summary}$`, "m"));
});

test("a command tells its result on stdout, and ends with 0", async () => {
  const { code, out, err } = await runKeepsake(["version"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(`Keepsake ${KEEPSAKE_VERSION}`);
});

test("what is not understood is one sentence on stderr, without a stack, and ends with 2", async () => {
  for (const words of [["no-such-command"], ["version", "--no-such-option"], ["version", "surplus"]]) {
    const { code, out, err } = await runKeepsake(words);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^[^\n]+[.?]\n$/);
  }
});
