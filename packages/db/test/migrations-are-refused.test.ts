import { writeFile } from "node:fs/promises";
import { connect, type DatabaseHandle, type MigrateResult, MigrationError, migrate } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMigrationsFolder, emptyDatabase, type MigrationDraft, type MigrationsFolder } from "./_migrations.ts";

const PEOPLE: MigrationDraft = { tag: "0000_people", sql: "create table people (name text);" };
const PLACES: MigrationDraft = { tag: "0001_places", sql: "create table places (name text);" };
const ADDITIVE: MigrationDraft = { tag: "0002_additive", sql: "create table things (name text);" };
const BREAKING: MigrationDraft = {
  tag: "0003_breaking",
  sql: "-- breaking: people became persons\nalter table people rename to persons;",
};

describe("a database and a set of migrations that do not belong together", () => {
  let database: TestDatabase;
  let handle: DatabaseHandle;
  let folder: MigrationsFolder;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    handle = await connect(database.config);
  });
  beforeEach(async () => {
    await emptyDatabase(handle);
    folder = await createMigrationsFolder([PEOPLE, PLACES]);
  });
  afterEach(() => folder[Symbol.asyncDispose]());
  afterAll(async () => {
    await handle[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function migrateTo(...drafts: MigrationDraft[]): Promise<MigrateResult> {
    await folder.write(drafts);
    return await migrate(handle, { migrationsFolder: folder.path });
  }

  async function refusalOf(...drafts: MigrationDraft[]): Promise<string> {
    const error = await migrateTo(...drafts).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationError);
    return (error as MigrationError).message;
  }

  test("a journal whose times go back, as after a merge, is out of order", async () => {
    const refusal = await refusalOf({ ...PEOPLE, when: 5000 }, { ...PLACES, when: 4000 });
    expect(refusal).toMatch(/journal is out of order: 0001_places .* stands after 0000_people/);
    expect(await handle.sql`select to_regclass('people')::text as name`).toEqual([{ name: null }]);
  });

  test("an applied migration that was edited is refused by name", async () => {
    await migrateTo(PEOPLE, PLACES);
    const edited = { ...PEOPLE, sql: `${PEOPLE.sql} -- edited` };
    expect(await refusalOf(edited, PLACES)).toMatch(/^The migration 0000_people was edited after it was applied/);
  });

  test("other line ends are no edit", async () => {
    const twoLines = { ...PEOPLE, sql: "create table people (\nname text);" };
    await migrateTo(twoLines);
    expect(await migrateTo({ ...twoLines, sql: twoLines.sql.replaceAll("\n", "\r\n") })).toEqual({
      applied: [],
      ahead: [],
    });
  });

  test("an applied migration that is missing, with another in its place, is refused", async () => {
    await migrateTo(PEOPLE, PLACES);
    const refusal = await refusalOf(PEOPLE, { ...ADDITIVE, tag: "0001_other" });
    expect(refusal).toContain("its number 1 is 0001_places, this version's is 0001_other");
  });

  test("a newer additive migration is lived with, and named", async () => {
    await migrateTo(PEOPLE, PLACES, ADDITIVE);
    expect(await migrateTo(PEOPLE, PLACES)).toEqual({ applied: [], ahead: ["0002_additive"] });
  });

  test("a newer breaking migration is refused with its name and reason", async () => {
    await migrateTo(PEOPLE, PLACES, ADDITIVE, BREAKING);
    const refusal = await refusalOf(PEOPLE, PLACES);
    expect(refusal).toContain("newer than this version of Keepsake can work with");
    expect(refusal).toContain("0003_breaking (people became persons)");
    expect(refusal).not.toContain("0002_additive");
  });

  test("a migration that the journal forgot is refused", async () => {
    await writeFile(`${folder.path}/0002_forgotten.sql`, "select 1;");
    await expect(migrate(handle, { migrationsFolder: folder.path })).rejects.toThrow(
      "0002_forgotten.sql is not in the journal",
    );
  });

  test("a folder without a journal is an incomplete installation", async () => {
    await expect(migrate(handle, { migrationsFolder: "/nowhere" })).rejects.toThrow("the installation is incomplete");
  });
});
