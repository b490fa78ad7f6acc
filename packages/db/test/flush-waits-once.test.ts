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
  test("are one transaction, each seeing those before it", async () => {
    const [, before, , after] = await flush(handle.sql, [insert(1, "zażółć"), count, insert(2, "'; --"), all], 10_000);
    expect(before).toBe(1);
    expect(after).toEqual([
      { id: 1, said: "zażółć" },
      { id: 2, said: "'; --" },
    ]);
  });

  test("leave nothing behind when one of them fails, and the connection is fit for the next", async () => {
    const [before] = await flush(handle.sql, [count], 10_000);
    const failing = flush(handle.sql, [insert(3, "kept?"), insert(1, "the key is taken"), insert(4, "kept?")], 10_000);
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect((await flush(handle.sql, [count], 10_000))[0]).toBe(before);
  });

  test("share a pool among many callers", async () => {
    const flushes = Array.from({ length: 50 }, (_, at) => flush(handle.sql, [insert(100 + at, "many"), count], 30_000));
    await Promise.all(flushes);
    const [rows] = await flush(handle.sql, [all], 10_000);
    expect(rows.length).toBeGreaterThanOrEqual(50);
  });

  test("go on after the deadline, which only ends the waiting", async () => {
    const slow = write(sql`select pg_sleep(0.3)`);
    await expect(flush(handle.sql, [slow, insert(900, "late")], 20)).rejects.toThrow(/20 ms/);
    await expect.poll(async () => (await handle.sql`select 1 from notes where id = 900`).length).toBe(1);
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
    const statements = () => [write(sql`delete from notes where id = ${7}`), insert(7, "seven"), count, all] as const;
    await flush(behind.sql, statements(), 10_000);
    proxy.takeWaits();
    await flush(behind.sql, statements(), 10_000);
    expect(proxy.takeWaits()).toBe(1);
  },
);
