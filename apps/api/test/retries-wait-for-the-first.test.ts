import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Keepsake, startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { eventually, testConfig } from "./_keepsake-server.ts";

// The first call is held inside its transaction by a lock of a connection of our own. The embedded database has one
// connection, which lets one call run after the other by itself.

let database: TestDatabase;
let servers: Keepsake[] = [];
let holder: postgres.Sql | null = null;
const POOL_SIZE = 4;
/** A busy machine is no reason for the held call to be given up. */
const PATIENT_MS = 60_000;

beforeAll(async () => {
  database = await createTestDatabase();
  const { config } = database;
  const settings = testConfig(
    config.home === "server" ? { ...config, poolSize: POOL_SIZE, statementTimeoutMs: PATIENT_MS } : config,
    {
      ollamaUrl: null,
    },
  );
  const start = () => startKeepsake(settings, createLogger(settings.logging));
  servers = config.home === "server" ? [await start(), await start()] : [await start()];
  if (config.home === "server") holder = postgres(config.url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await holder?.end({ timeout: 1 });
  for (const server of servers) await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const urlOf = (index: number) => servers[index % servers.length]?.url ?? "";
const userId = "waiting";

async function add(index: number, content: string, idempotencyKey: string) {
  const answer = await fetch(`${urlOf(index)}/memory/add`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-keepsake-user": userId },
    body: JSON.stringify({ content, idempotencyKey }),
  });
  return { status: answer.status, replayed: answer.headers.get("x-keepsake-replayed"), body: await answer.text() };
}

/** Runs something while nobody can write memories. */
async function whileHeld<T>(sql: postgres.Sql, during: () => Promise<T>): Promise<T> {
  return sql.begin(async (tx) => {
    await tx`lock table knowledge in exclusive mode`;
    return during();
  }) as Promise<T>;
}

const waiting = async (sql: postgres.Sql): Promise<number> => {
  const [row] = await sql`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return Number(row?.["count"]);
};

const settled = async (calls: readonly Promise<unknown>[]): Promise<number> => {
  const none = Symbol("none");
  const states = await Promise.all(
    calls.map((call) => Promise.race([call, new Promise((r) => setTimeout(r, 50, none))])),
  );
  return states.filter((state) => state !== none).length;
};

test("sixteen calls at once with one key have one effect and one answer", async () => {
  const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => add(index, "At once", "at-once")));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
});

describe("retries while the first call is under way", () => {
  test("wait for it and get its answer, on the same server and on another one", async (ctx) => {
    if (!holder) return ctx.skip("the embedded database has one connection and no second server");
    const sql = holder;
    const calls = await whileHeld(sql, async () => {
      const first = add(0, "Held", "held");
      await eventually("the first call waits for the lock", async () => (await waiting(sql)) === 1);
      const retries = [1, 2, 3, 4].map((index) => add(index, "Held", "held"));
      await eventually("the other server waits for the key", async () => (await waiting(sql)) === 2);
      const all = [first, ...retries];
      expect(await settled(all)).toBe(0);
      return { all };
    });
    const answers = await Promise.all(calls.all);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
  });

  test("hold one connection of a server, however many they are: others are served", async (ctx) => {
    if (!holder) return ctx.skip("the embedded database has one connection and no second server");
    const sql = holder;
    const calls = await whileHeld(sql, async () => {
      const all = Array.from({ length: 16 }, (_, index) => add(index * 2, "Many", "many"));
      await eventually("the first call waits for the lock", async () => (await waiting(sql)) >= 1);
      const other = createClient({ url: urlOf(0), userId: "other" });
      // More calls than the pool has connections, while sixteen retries wait.
      for (let index = 0; index <= POOL_SIZE; index++)
        await other.preferences.set.mutate({ key: `k${index}`, value: 1 });
      expect(await settled(all)).toBe(0);
      return { all };
    });
    const answers = await Promise.all(calls.all);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  });

  test("become the first call where that one is cut off", async (ctx) => {
    if (!holder) return ctx.skip("the embedded database has one connection and no second server");
    const sql = holder;
    const calls = await whileHeld(sql, async () => {
      const first = add(0, "Cut off", "cut-off");
      await eventually("the first call waits for the lock", async () => (await waiting(sql)) === 1);
      const retry = add(1, "Cut off", "cut-off");
      await eventually("the retry waits for the key", async () => (await waiting(sql)) === 2);
      // The one that waits for the table has the key; the other one waits for it.
      await sql`select pg_terminate_backend(pid) from pg_locks where not granted and locktype = 'relation'
        and database = (select oid from pg_database where datname = current_database())`;
      return { first, retry };
    });
    const [first, retry] = await Promise.all([calls.first, calls.retry]);
    expect([first.status, retry.status, retry.replayed]).toEqual([503, 200, null]);
    // The other server may find out only now that a connection of its was cut.
    const again = await add(1, "Cut off", "cut-off");
    expect([again.status, again.replayed, again.body]).toEqual([200, "true", retry.body]);
  });
});
