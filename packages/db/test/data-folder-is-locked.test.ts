import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, DatabaseStartError, type EmbeddedConfig } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nextLine, startChild } from "./_child.ts";

describe.skipIf(testEngine() !== "embedded")("a data folder has one owner (only the embedded home has one)", () => {
  let database: TestDatabase;
  let config: EmbeddedConfig;

  beforeEach(async () => {
    database = await createEmptyDatabase();
    config = database.config as EmbeddedConfig;
  });
  afterEach(() => database[Symbol.asyncDispose]());

  test("a second process is refused in one sentence that names the first, which goes on undisturbed", async () => {
    await using holder = startChild("_hold-database.ts", config);
    expect(await nextLine(holder)).toBe("open");
    const refusal = await connect(config).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DatabaseStartError);
    expect(String(refusal)).toContain(`The data folder ${config.dataDir} is in use by`);
    expect(String(refusal)).toContain(`(pid ${holder.pid})`);
    expect(await readFile(join(config.dataDir, "keepsake.pid"), "utf8")).toBe(`${holder.pid}\n`);
  });

  test("a second opening in the same process is refused too", async () => {
    await using first = await connect(config);
    await expect(connect(config)).rejects.toThrow(`(pid ${process.pid})`);
    await first.ping(5000);
  });

  test("a process in another container, which sees neither its sockets nor its pids, is refused", async (ctx) => {
    const container = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"];
    const { status } = spawnSync("unshare", [...container.slice(1), "true"]);
    if (status !== 0) ctx.skip("this user may not make namespaces (unshare)");
    await using holder = startChild("_hold-database.ts", config, container);
    expect(await nextLine(holder)).toBe("open");
    await expect(connect(config)).rejects.toThrow(DatabaseStartError);
  });

  test("a killed process leaves nothing that blocks the next start", async () => {
    await using holder = startChild("_hold-database.ts", config);
    expect(await nextLine(holder)).toBe("open");
    await holder.kill();
    await using handle = await connect(config);
    await handle.ping(5000);
  });

  test("the pid of a live foreign process in the pid file, and a lock file of another make, block nothing", async () => {
    await writeFile(join(config.dataDir, "keepsake.pid"), `${process.ppid}\n`);
    await writeFile(join(config.dataDir, "keepsake.lock"), JSON.stringify({ pid: process.ppid }));
    await using handle = await connect(config);
    await handle.ping(5000);
    await expect(connect(config)).rejects.toThrow(`(pid ${process.pid})`);
  });

  test("a clean stop removes the pid file and postmaster.pid, and gives the folder back", async () => {
    for (let start = 0; start < 2; start += 1) {
      const handle = await connect(config);
      await handle[Symbol.asyncDispose]();
      expect(await readdir(config.dataDir)).toEqual(["keepsake.lock", "postgres"]);
      expect(await readdir(join(config.dataDir, "postgres"))).not.toContain("postmaster.pid");
    }
  });
});
