import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const USER = "default";
const database = () => server.keepsake.services.db;

async function cacheAnswerFrom(key: string): Promise<void> {
  const id = crypto.randomUUID();
  await database().execute(sql`insert into response_cache ("user_id", id, query_hash, query_text, response)
    values (${USER}, ${id}, ${id}, 'q', 'r')`);
  await database().execute(sql`insert into cache_dependencies ("user_id", item_type, item, cache_id)
    values (${USER}, 'preference', ${key}, ${id})`);
}

async function countCachedAnswers(): Promise<number> {
  const [row] = await database().execute<{ rows: string }>(
    sql`select count(*) as rows from response_cache where user_id = ${USER}`,
  );
  return Number(row?.rows);
}

const set = (value: number, origin: "explicit" | "learned" = "explicit") =>
  server.client.preferences.set.mutate({ key: "k", value, origin });

test("an answer made from a preference goes when the preference comes into being, changes or is deleted", async () => {
  for (const change of [() => set(1), () => set(2), () => server.client.preferences.delete.mutate({ key: "k" })]) {
    await cacheAnswerFrom("k");
    await change();
    expect(await countCachedAnswers()).toBe(0);
  }
});

test("an answer made from a preference stays when the preference stays", async () => {
  await set(1);
  await cacheAnswerFrom("k");
  await set(1);
  await set(2, "learned");
  await server.client.preferences.set.mutate({ key: "another", value: 1 });
  expect(await countCachedAnswers()).toBe(1);
});
