import { connect, type DatabaseHandle, DeadlineError } from "@keepsake/db";
import { users } from "@keepsake/db/schema";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

describe("a session of either home", () => {
  let database: TestDatabase;
  let handle: DatabaseHandle;
  const statements: { sql: string; parameters: readonly unknown[] }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    handle = await connect(database.config, { onStatement: (sql, parameters) => statements.push({ sql, parameters }) });
  });
  afterAll(async () => {
    await handle[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  test("runs with the settings that search relies on", async () => {
    await handle.sql`select '[1,2]'::vector <=> '[2,1]'::vector`;
    const [row] = await handle.sql`select
      current_setting('application_name') as application, current_setting('timezone') as zone,
      current_setting('hnsw.iterative_scan') as scan, current_setting('hnsw.ef_search') as ef, current_setting('jit') as jit`;
    expect(row).toEqual({ application: "keepsake", zone: "UTC", scan: "strict_order", ef: "100", jit: "off" });
  });

  test("tells the versions", () => {
    expect(handle.serverVersion).toMatch(/^\d+\.\d+$/);
    expect(handle.pgvectorVersion).toMatch(/^0\.\d+\.\d+$/);
  });

  test("gives and takes dates as dates, under Drizzle and beside it", async () => {
    const moment = new Date("2026-11-23T09:00:00.123Z");
    const [row] = await handle.sql`select ${moment}::timestamptz as given, '2026-11-23 10:00+01'::timestamptz as read`;
    expect(row).toEqual({ given: moment, read: new Date("2026-11-23T09:00:00Z") });
    const user = await handle.db.query.users.findFirst();
    expect(user).toBeUndefined();
  });

  test("takes an object for JSON beside Drizzle, and text as it is", async () => {
    const [row] = await handle.sql`select ${handle.sql.json({ a: [1] })}::jsonb as object, ${'{"b":2}'}::jsonb as text`;
    expect(row).toEqual({ object: { a: [1] }, text: { b: 2 } });
  });

  test("stores a date through Drizzle and reads the same one", async () => {
    const createdAt = new Date("2026-11-23T09:00:00.123Z");
    await handle.db.insert(users).values({ userId: "ada", createdAt });
    expect(await handle.db.select().from(users)).toEqual([expect.objectContaining({ userId: "ada", createdAt })]);
  });

  test("shows each statement to the recorder, with its parameters", async () => {
    await handle.sql`select ${"recorded"}::text`;
    expect(statements.at(-1)).toEqual({ sql: "select $1::text", parameters: ["recorded"] });
  });

  test("refuses deep JSON as an ordinary error and goes on", async () => {
    const depth = 200_000;
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    await expect(handle.sql`select ${deep}::text::jsonb`).rejects.toThrow("stack depth limit exceeded");
    await handle.ping(5000);
  });

  test("answers a ping in time or says that it did not", async () => {
    const busy = handle.sql`select pg_sleep(0.4)`.execute();
    if (testEngine() === "embedded") await expect(handle.ping(100)).rejects.toBeInstanceOf(DeadlineError);
    else await handle.ping(5000);
    await busy;
    await handle.ping(5000);
  });

  test("ends a statement after the server's time-out", async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("the embedded PostgreSQL has no statement time-out");
    if (database.config.home !== "server") return;
    await using impatient = await connect({ ...database.config, statementTimeoutMs: 200 });
    await expect(impatient.sql`select pg_sleep(5)`).rejects.toThrow("statement timeout");
    await using session = impatient.openSession();
    await session.sql`select pg_sleep(0.4)`;
  });

  test.each(["channel_binding=prefer", "gssencmode=disable"])(
    "is found again too with %s, which is libpq's and no setting of a session",
    async (parameter) => {
      if (database.config.home !== "server") return;
      const { url } = database.config;
      const named = `${url}${url.includes("?") ? "&" : "?"}${parameter}`;
      await using own = await connect({ ...database.config, url: named });
      const count = () => own.db.$count(users);
      expect(await count()).toBeGreaterThanOrEqual(0);
      await handle.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      await vi.waitFor(count, { timeout: 15_000, interval: 300 });
      for (let call = 0; call < 5; call += 1) await count();
    },
    30_000,
  );

  test("is found again after the server ended all of them", async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("the embedded home has one connection, inside its own process");
    await using other = await connect(database.config);
    await other.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    // Each connection of the pool may fail once.
    await vi.waitFor(() => handle.ping(5000), { timeout: 5000 });
  });
});
