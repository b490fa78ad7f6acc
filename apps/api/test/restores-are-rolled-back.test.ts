import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@keepsake/db";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBackup } from "../src/backup/make-backup.ts";
import { emptyHome } from "./_filled-home.ts";
import { databaseEnvironment } from "./_keepsake-process.ts";
import { runSabotaged, type Sabotage } from "./_sabotage.ts";

/** Embedded databases are opened many times, which takes a slow machine seconds each. */
const LONG_MS = 300_000;
const SERVER_HAS_NO_FOLDER = "a server's restore is one transaction, and no folder takes another's place";
const RESTORE = "apps/api/src/backup/restore-backup.ts";

/** A file without which no PostgreSQL opens goes while the new folder is put in its place. */
const doesNotOpen: Sabotage = {
  file: RESTORE,
  find: 'note("checking the restored database …");',
  replace: 'await rm(join(config.dataDir, "postgres", "global", "pg_control"));',
};
/** A row goes once the new folder has been compared. */
const isNotWhatItWas: Sabotage = {
  file: RESTORE,
  find: "await migrate(handle);\n  if (guard !== null)",
  replace: "await migrate(handle);\n  await session.sql`delete from preferences`;\n  if (guard !== null)",
};
/** A row is not stored. */
const losesRow: Sabotage = {
  file: "apps/api/src/archive/batch-sql.ts",
  find: "await sql.unsafe(insertFrom(table), [toJson(rows)]);",
  replace: "await sql.unsafe(insertFrom(table), [toJson(table.name === 'preferences' ? rows.slice(1) : rows)]);",
};

let root: string;
let backup: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keepsake-rolled-back-"));
  await using source = await createTestDatabase();
  await insertPreference(source, "ann");
  await using handle = await connect(source.config);
  const made = await makeBackup({ config: source.config, handle, folder: join(root, "backups"), keep: null });
  backup = made.path;
}, LONG_MS);
afterAll(() => rm(root, { recursive: true, force: true }));

async function insertPreference(home: TestDatabase, userId: string): Promise<void> {
  await using handle = await connect(home.config);
  await handle.sql`insert into users (user_id) values (${userId})`;
  await handle.sql`insert into preferences (user_id, id, key, value)
    values (${userId}, gen_random_uuid(), 'units', '"metric"')`;
}

async function usersWithPreference(home: TestDatabase): Promise<string[]> {
  await using handle = await connect(home.config);
  const rows = await handle.sql<{ user: string }[]>`select user_id as user from preferences order by 1`;
  return rows.map(({ user }) => user);
}

const restore = (sabotage: Sabotage, home: TestDatabase) =>
  // A restore point would fail before, in a process that does not store what it should.
  runSabotaged(
    [sabotage],
    ["restore", backup, "--replace", "--without-restore-point"],
    databaseEnvironment(home.config),
  );

/** What a data folder holds of clusters: its own, those beside it, and drafts. */
async function clustersIn({ config }: TestDatabase): Promise<string[]> {
  if (config.home !== "embedded") throw new Error("a server has no data folder");
  return (await readdir(config.dataDir)).filter((name) => /^(postgres|restoring)/.test(name));
}

test(
  "a restored folder that does not open makes way for what was there before",
  async (ctx) => {
    if (testEngine() !== "embedded") return ctx.skip(SERVER_HAS_NO_FOLDER);
    await using home = await createTestDatabase();
    await insertPreference(home, "zoe");
    const { code, err } = await restore(doesNotOpen, home);
    expect(code).toBe(1);
    expect(err).toMatch(/pg_control is missing/);
    expect(await clustersIn(home)).toEqual(["postgres"]);
    expect(await usersWithPreference(home)).toEqual(["zoe"]);
  },
  LONG_MS,
);

test(
  "a restored folder that is not what was backed up goes, and where there was none before there is none",
  async (ctx) => {
    if (testEngine() !== "embedded") return ctx.skip(SERVER_HAS_NO_FOLDER);
    await using home = await emptyHome("embedded");
    const { code, err } = await restore(isNotWhatItWas, home);
    expect(code).toBe(1);
    expect(err).toMatch(/preferences is not in the database as it is in the archive: 0 rows of 1/);
    expect(await clustersIn(home)).toEqual([]);
  },
  LONG_MS,
);

test(
  "a restore that loses a row is found by comparing, and changes nothing",
  async () => {
    await using home = await createTestDatabase();
    await insertPreference(home, "zoe");
    const { code, err } = await restore(losesRow, home);
    expect(code).toBe(1);
    expect(err).toMatch(/preferences is not in the database as it is in the archive: 0 rows of 1/);
    expect(await usersWithPreference(home)).toEqual(["zoe"]);
  },
  LONG_MS,
);
