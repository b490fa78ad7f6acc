import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, DatabaseStartError, type EmbeddedConfig } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

async function refusalOf(dataDir: string): Promise<string> {
  const error = await connect({ home: "embedded", dataDir }).then(
    () => null,
    (reason: DatabaseStartError) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseStartError);
  return error?.message ?? "";
}

async function flip(path: string, at: number): Promise<void> {
  const content = await readFile(path);
  content.writeUInt8(content.readUInt8(at) ^ 0xff, at);
  await writeFile(path, content);
}

async function cutLog(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (/^[0-9A-F]{24}$/.test(name)) await truncate(join(folder, name), 8192);
}

describe.skipIf(testEngine() !== "embedded")(
  "a data folder is looked at first (only the embedded home has one)",
  () => {
    let database: TestDatabase;
    let dataDir: string;
    let cluster: string;

    beforeEach(async () => {
      database = await createEmptyDatabase();
      dataDir = (database.config as EmbeddedConfig).dataDir;
      cluster = join(dataDir, "postgres");
    });
    afterEach(() => database[Symbol.asyncDispose]());

    test("nobody else may enter the database's folder, whoever made the one around it", async () => {
      const open = join(dataDir, "open to all");
      await mkdir(open, { mode: 0o755 });
      const modeOf = async () => (await stat(join(open, "postgres"))).mode & 0o777;
      for (let opening = 1; opening <= 2; opening += 1) {
        await (await connect({ home: "embedded", dataDir: open }))[Symbol.asyncDispose]();
        expect(await modeOf()).toBe(0o700);
        await chmod(join(open, "postgres"), 0o755);
      }
    });

    test("a file in its place is refused", async () => {
      const path = join(dataDir, "file");
      await writeFile(path, "");
      expect(await refusalOf(path)).toMatch(/^The data folder .+ is a file, not a folder: choose another one/);
      expect(await refusalOf(join(path, "below"))).toContain("is a file, not a folder, or lies below one");
    });

    test("a place where nothing may be made is refused", async () => {
      for (const place of ["/sys/keepsake", "/proc/keepsake", "/proc/keepsake/below"]) {
        expect(await refusalOf(place)).toContain(`The data folder ${place} `);
      }
    });

    test("a folder of another PostgreSQL major is refused with what to do, and left alone", async () => {
      await writeFile(join(cluster, "PG_VERSION"), "17\n");
      const before = await readdir(cluster);
      expect(await refusalOf(dataDir)).toMatch(
        /was made by PostgreSQL 17, .+ embeds PostgreSQL 18: start the Keepsake that made it/,
      );
      expect(await readdir(cluster)).toEqual(before);
    });

    test("a first start that was killed half-way is moved aside, not deleted, and begun anew", async () => {
      await rm(join(cluster, "keepsake-complete"));
      await rm(join(cluster, "global", "pg_control"));
      const steps: string[] = [];
      await using handle = await connect(database.config, { onProgress: (step) => steps.push(step) });
      await handle.ping(5000);
      const aside = (await readdir(dataDir)).find((name) => name.startsWith("postgres.incomplete-"));
      expect(await readFile(join(dataDir, aside ?? "", "PG_VERSION"), "utf8")).toBe("18\n");
      expect(steps).toEqual([expect.stringContaining(aside ?? "?"), expect.stringMatching(/^creating the embedded/)]);
    });

    const DAMAGES: Readonly<Record<string, readonly [damage: (cluster: string) => Promise<void>, names: string]>> = {
      "a flipped byte in pg_control": [(folder) => flip(join(folder, "global/pg_control"), 40), "global/pg_control"],
      "an empty pg_control": [(folder) => truncate(join(folder, "global/pg_control"), 0), "global/pg_control"],
      "no pg_control": [(folder) => rm(join(folder, "global/pg_control")), "global/pg_control is missing"],
      "a flipped byte in a table": [(folder) => flip(join(folder, "base/5/1259"), 4000), "base/5/1259"],
      "a table that is gone": [(folder) => rm(join(folder, "base/5/1249")), "base/5/1249"],
      "a log that was cut short": [(folder) => cutLog(join(folder, "pg_wal")), "pg_wal"],
      "a log that is gone": [(folder) => rm(join(folder, "pg_wal"), { recursive: true }), "pg_wal is missing"],
      "no PG_VERSION": [(folder) => rm(join(folder, "PG_VERSION")), "PG_VERSION is missing"],
      "an empty PG_VERSION": [(folder) => truncate(join(folder, "PG_VERSION"), 0), "PG_VERSION is empty"],
      "a broken configuration": [(folder) => writeFile(join(folder, "postgresql.conf"), "port = x"), "postgresql.conf"],
      "a database without its folder": [(folder) => rm(join(folder, "base/5"), { recursive: true }), "base/5"],
    };

    test.each(Object.entries(DAMAGES))(
      "%s: one sentence names the file and the command, and nothing is deleted",
      async (_, [damage, names]) => {
        await damage(cluster);
        const before = await readdir(cluster);
        const refusal = await refusalOf(dataDir);
        expect(refusal).toContain(`The embedded PostgreSQL cannot open ${cluster} (`);
        expect(refusal).toContain(names);
        expect(refusal).toContain("nothing in it was deleted");
        expect(refusal).toContain("keepsake restore latest --replace");
        expect(refusal).not.toMatch(/\n|Aborted|pglite/i);
        expect(await readdir(cluster)).toEqual(expect.arrayContaining(before));
      },
    );

    test("a damaged folder's refusal tells where the newest verified backup lies", async () => {
      const backups = join(dataDir, "backups");
      await mkdir(backups);
      for (const name of [
        "keepsake-20261129T023000Z.json",
        "keepsake-20261130T023000Z.json",
        "keepsake-20261201T0230.partial",
      ])
        await writeFile(join(backups, name), "");
      await rm(join(cluster, "global", "pg_control"));
      expect(await refusalOf(dataDir)).toContain(join(backups, "keepsake-20261130T023000Z.jsonl.zst"));
    });

    test("what a killed PostgreSQL left in postmaster.pid, even nothing, does not matter", async () => {
      await writeFile(join(cluster, "postmaster.pid"), "");
      await using handle = await connect(database.config);
      await handle.ping(5000);
    });

    test("a path that is too long for a socket works", async () => {
      const parent = await mkdtemp(join(tmpdir(), "keepsake-test-"));
      const deep = join(parent, "a-rather-long-name-of-a-folder/".repeat(6));
      await cp(dataDir, deep, { recursive: true });
      {
        await using handle = await connect({ home: "embedded", dataDir: deep });
        await handle.ping(5000);
      }
      await rm(parent, { recursive: true });
    });
  },
);
