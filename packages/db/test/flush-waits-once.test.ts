import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type DatabaseHandle, flush, type ServerConfig, write } from "../src/index.ts";
import { createTestDatabase, type TestDatabase, testEngine } from "../testing/index.ts";
import { startCountingProxy } from "./_counting-proxy.ts";

let database: TestDatabase;
let handle: DatabaseHandle;
beforeAll(async () => {
  database = await createTestDatabase();
  handle = await connect(database.config);
  await handle.sql.unsafe("create table notes (id int primary key, said text)");
});
afterAll(async () => {
  await handle[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const insert = (id: number, said: string) => write(sql`insert into notes (id, said) values (${id}, ${said})`);
const all = { query: sql`select id, said from notes order by id`, read: (rows: readonly unknown[]) => rows };
const count = { query: sql`select count(*)::int as n from notes`, read: ([row]: readonly { n?: unknown }[]) => row?.n };

describe("statements sent at once", () => {
  test("are one transaction, each seeing those before it; those that are not needed give null", async () => {
    const wanted = { one: insert(1, "zażółć"), before: count, unneeded: null, two: insert(2, "'; --"), all };
    const { before, unneeded, all: rows } = await flush(handle.sql, wanted);
    expect(before).toBe(1);
    expect(unneeded).toBeNull();
    expect(rows).toEqual([
      { id: 1, said: "zażółć" },
      { id: 2, said: "'; --" },
    ]);
  });

  test("leave nothing behind when one of them fails, and the connection is fit for the next", async () => {
    const before = await flush(handle.sql, { count });
    const wanted = { one: insert(3, "kept?"), two: insert(1, "the key is taken"), three: insert(4, "kept?") };
    await expect(flush(handle.sql, wanted)).rejects.toMatchObject({ code: "23505" });
    expect(await flush(handle.sql, { count })).toEqual(before);
  });

  test("share a pool among many callers", async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => flush(handle.sql, { one: insert(100 + at, "many"), count })),
    );
    const { all: rows } = await flush(handle.sql, { all });
    expect(rows.length).toBeGreaterThanOrEqual(50);
  });
});

test.skipIf(testEngine() === "embedded")(
  "the database is waited for once (the embedded home has no wire that could be counted on)",
  async () => {
    const config = database.config as ServerConfig;
    const url = new URL(config.url);
    await using proxy = await startCountingProxy(url.hostname, Number(url.port));
    url.host = `127.0.0.1:${proxy.port}`;
    await using behind = await connect({ ...config, url: url.href, poolSize: 1 });
    const wanted = { gone: write(sql`delete from notes where id = ${7}`), one: insert(7, "seven"), count, all };
    await flush(behind.sql, wanted);
    proxy.takeWaits("");
    await flush(behind.sql, wanted);
    expect(proxy.takeWaits("seven")).toBe(1);
  },
);
