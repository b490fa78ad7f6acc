import { connect, type DatabaseHandle, migrate } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { migrate as migrateWithDrizzle } from "drizzle-orm/postgres-js/migrator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nextLine, startChild } from "./_child.ts";
import { createMigrationsFolder, emptyDatabase, type MigrationDraft } from "./_migrations.ts";

const PEOPLE: MigrationDraft = {
  tag: "0000_people",
  sql: "create table people (name text);\n--> statement-breakpoint\ninsert into people values ('Ada');",
};
const PLACES: MigrationDraft = { tag: "0001_places", sql: "create table places (name text);" };
const SERVERS = 20;

/** Runs until somebody ends its session, or its process. */
const ENDLESS: MigrationDraft = {
  tag: "0001_endless",
  sql: "create table half_way ();\n--> statement-breakpoint\nselect pg_sleep(600);",
};

describe("migrations", () => {
  let database: TestDatabase;
  let handle: DatabaseHandle;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    handle = await connect(database.config);
  });
  beforeEach(() => emptyDatabase(handle));
  afterAll(async () => {
    await handle[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function tables(): Promise<string[]> {
    const rows = await handle.sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public' order by tablename`;
    return rows.map(({ name }) => name);
  }

  test("run in order, once, each noted with its name", async () => {
    await using folder = await createMigrationsFolder([PEOPLE, PLACES]);
    const options = { migrationsFolder: folder.path };
    expect(await migrate(handle, options)).toEqual({ applied: ["0000_people", "0001_places"], ahead: [] });
    expect(await migrate(handle, options)).toEqual({ applied: [], ahead: [] });
    expect(await tables()).toEqual(["people", "places"]);
    expect(await handle.sql`select name from people`).toEqual([{ name: "Ada" }]);
  });

  test("that fail leave nothing of themselves, and everything before them", async () => {
    const broken = { tag: "0001_broken", sql: "create table half_way ();\n--> statement-breakpoint\nselect 1/0;" };
    await using folder = await createMigrationsFolder([PEOPLE, broken]);
    await expect(migrate(handle, { migrationsFolder: folder.path })).rejects.toThrow(
      "The migration 0001_broken failed and was rolled back: division by zero.",
    );
    expect(await tables()).toEqual(["people"]);
    await folder.write([PEOPLE, PLACES]);
    expect((await migrate(handle, { migrationsFolder: folder.path })).applied).toEqual(["0001_places"]);
  });

  test("that are killed half-way leave nothing, and the next start completes them", async () => {
    await using folder = await createMigrationsFolder([PEOPLE, ENDLESS]);
    if (database.engine === "embedded") await handle[Symbol.asyncDispose]();
    await using child = startChild("_migrate.ts", { config: database.config, migrationsFolder: folder.path });
    await nextLine(child);
    expect(await nextLine(child)).toContain("0001_endless");
    await child.kill();
    if (database.engine === "embedded") handle = await connect(database.config);
    else
      await handle.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ~ 'pg_sleep' and pid <> pg_backend_pid()`;
    expect(await tables()).toEqual(["people"]);
    await folder.write([PEOPLE, PLACES]);
    expect((await migrate(handle, { migrationsFolder: folder.path })).applied).toEqual(["0001_places"]);
  });

  test("are what Drizzle's own migrator would have noted", async () => {
    await migrate(handle);
    const before = await handle.sql`select hash from drizzle.__drizzle_migrations`;
    expect(before.length).toBeGreaterThan(0);
    await migrateWithDrizzle(handle.db, { migrationsFolder: new URL("../migrations", import.meta.url).pathname });
    expect(await handle.sql`select hash from drizzle.__drizzle_migrations`).toEqual(before);
  });

  test("of Drizzle's own migrator are taken over", async () => {
    await using folder = await createMigrationsFolder([PEOPLE]);
    await migrateWithDrizzle(handle.db, { migrationsFolder: folder.path });
    await folder.write([PEOPLE, PLACES]);
    expect((await migrate(handle, { migrationsFolder: folder.path })).applied).toEqual(["0001_places"]);
  });

  test(`bring ${SERVERS} servers up that start at once on an empty database`, async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("the embedded home has one server");
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => connect(database.config)));
    const results = await Promise.all(servers.map((server) => migrate(server)));
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    const [row] =
      await handle.sql`select count(*)::int as rows, count(distinct hash)::int as files from drizzle.__drizzle_migrations`;
    expect(row?.["rows"]).toBe(row?.["files"]);
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  });

  test("wait for a table that another session holds, without holding others up", async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("the embedded home has one session");
    await using folder = await createMigrationsFolder([PEOPLE]);
    await migrate(handle, { migrationsFolder: folder.path });
    await folder.write([PEOPLE, { tag: "0001_age", sql: "alter table people add column age integer;" }]);
    const steps: string[] = [];
    const isBusy = Promise.withResolvers<void>();
    const onProgress = (step: string): void => {
      steps.push(step);
      if (step.includes("waits for a table")) isBusy.resolve();
    };
    let migrating: Promise<unknown> = Promise.resolve();
    await handle.sql.begin(async (tx) => {
      await tx`select * from people`;
      migrating = migrate(handle, { migrationsFolder: folder.path, onProgress });
      await isBusy.promise;
    });
    expect(await migrating).toEqual({ applied: ["0001_age"], ahead: [] });
  });

  test("are refused when the lock's session is not the migration's, as behind a transaction pooler", async () => {
    await using folder = await createMigrationsFolder([PEOPLE]);
    const unlocked = "select pg_advisory_unlock_all();";
    await folder.write([PEOPLE, { tag: "0001_unlock", sql: unlocked }, { ...PLACES, tag: "0002_places" }]);
    await expect(migrate(handle, { migrationsFolder: folder.path })).rejects.toThrow("a pooler in transaction mode");
    expect(await tables()).toEqual(["people"]);
  });
});
