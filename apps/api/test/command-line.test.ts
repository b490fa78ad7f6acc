import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("a call with several faults tells each by its option", async () => {
  const { code, err } = await runKeepsake(["token", "create", "--only-users", "a b"]);
  expect(code).toBe(2);
  for (const option of ["--role must be one of", "--label is missing", "--only-users must be"])
    expect(err).toContain(option);
  const named = await runKeepsake(["token", "create", "--role", "user", "--label", "x", "--user", "a b"]);
  expect([named.code, named.err]).toEqual([2, expect.stringMatching(/^--user must be 1 to /)]);
});

test("a folder without a database is refused, and none is made there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-none-"));
  const dataDir = join(folder, "slip");
  const foreign = join(folder, "foreign.jsonl.zst");
  await writeFile(foreign, "not an archive");
  const none = `There is no database in ${dataDir}: KEEPSAKE_DATA_DIR names its folder.`;
  const refusals: [string[], string][] = [
    [["token", "list"], none],
    [["token", "revoke", "abcdefgh"], none],
    [["token", "rotate", "abcdefgh"], none],
    [["token", "create", "--role", "admin", "--label", "me"], `${none} Before the first start, --new makes one there.`],
    [["import", join(folder, "missing")], `There is no file ${join(folder, "missing")}.`],
    [["import", foreign], `${foreign} cannot be used.`],
  ];
  try {
    for (const [words, sentence] of refusals) {
      const { code, out, err } = await runKeepsake(words, { KEEPSAKE_DATA_DIR: dataDir });
      expect([code, out, err]).toEqual([1, "", expect.stringContaining(sentence)]);
      expect(existsSync(dataDir)).toBe(false);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("--new makes the database for the first token", { timeout: 120_000 }, async () => {
  const KEEPSAKE_DATA_DIR = await mkdtemp(join(tmpdir(), "keepsake-new-"));
  try {
    const words = ["token", "create", "--role", "admin", "--label", "first", "--new"];
    expect(await runKeepsake(words, { KEEPSAKE_DATA_DIR })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ks_/),
    });
    const { code, out } = await runKeepsake(["token", "list"], { KEEPSAKE_DATA_DIR });
    expect([code, out]).toEqual([0, expect.stringContaining("first")]);
  } finally {
    await rm(KEEPSAKE_DATA_DIR, { recursive: true });
  }
});
