import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type DatabaseStartError, type EmbeddedConfig } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

async function refusalOf(dataDir: string): Promise<string> {
  const error = await connect({ home: "embedded", dataDir }).then(
    () => null,
    (reason: DatabaseStartError) => reason,
  );
  expect(error?.name).toBe("DatabaseStartError");
  return error?.message ?? "";
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

    test("a file in its place is refused", async () => {
      const path = join(dataDir, "file");
      await writeFile(path, "");
      expect(await refusalOf(path)).toMatch(/^The data folder .+ is a file, not a folder: choose another one/);
      expect(await refusalOf(join(path, "below"))).toContain("is a file, not a folder, or lies below one");
    });

    test("a place where nothing may be made is refused", async () => {
      expect(await refusalOf("/sys/keepsake")).toMatch(/^The data folder \/sys\/keepsake /);
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

    test("a folder that lost its control file is refused, not begun anew", async () => {
      await rm(join(cluster, "global", "pg_control"));
      expect(await refusalOf(dataDir)).toContain(`cannot open ${cluster} (global/pg_control is missing)`);
    });

    test("a damaged control file gives one sentence with PostgreSQL's own reason", async () => {
      const path = join(cluster, "global", "pg_control");
      const content = await readFile(path);
      content.fill(0xff, 16, 64);
      await writeFile(path, content);
      const refusal = await refusalOf(dataDir);
      expect(refusal).toContain(`The embedded PostgreSQL cannot open ${cluster} (`);
      expect(refusal).toContain("nothing in it was deleted");
      expect(refusal).not.toContain("\n");
    });

    test("a missing log gives one sentence too", async () => {
      await rm(join(cluster, "pg_wal"), { recursive: true });
      await mkdir(join(cluster, "pg_wal"));
      expect(await refusalOf(dataDir)).toContain("the folder may be damaged");
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
