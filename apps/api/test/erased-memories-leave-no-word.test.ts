import type { KeepsakeClient } from "@keepsake/client";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseForgotten } from "../src/memory/store.ts";
import { eraseForGood } from "../src/platform/erasure.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Every table of the database with a row of this user, or of nobody's, that holds the word in any column. */
async function tablesThatSay(word: string, userId: string): Promise<string[]> {
  const { db } = server.keepsake.services;
  const tables = await db.execute<{ name: string; owned: boolean }>(sql`
    select format('%I.%I', table_schema, table_name) as name, exists (
      select from information_schema.columns c
      where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'user_id') as owned
    from information_schema.tables t
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`);
  expect(tables.length).toBeGreaterThan(15);
  const holding: string[] = [];
  for (const { name, owned } of tables) {
    // A row as text has all of its columns in it, JSON and search vectors too.
    const whose = owned ? sql`user_id = ${userId}` : sql`true`;
    const [row] = await db.execute<{ rows: number }>(sql`select count(*)::int as rows from ${sql.raw(name)} as each_row
      where ${whose} and position(${word} in lower(each_row::text)) > 0`);
    if ((row?.rows ?? 0) > 0) holding.push(name);
  }
  return holding;
}

type Step = (client: KeepsakeClient, id: string, word: string) => Promise<unknown>;

const STEPS: Readonly<Record<string, Step>> = {
  update: (client, id, word) => client.memory.update.mutate({ id, content: `Changed ${word} ${Math.random()}` }),
  tag: (client, id, word) => client.memory.update.mutate({ id, tags: [word], source: word, metadata: { word } }),
  search: (client, _id, word) => client.memory.search.query({ query: word }),
  cache: (client, id, word) =>
    client.cache.store.mutate({
      text: `Who is it?${Math.random()}`,
      response: `It is ${word}`,
      dependsOn: { memories: [id] },
    }),
  forgetAndRestore: async (client, id) => {
    await client.memory.forget.mutate({ id });
    await client.memory.restore.mutate({ id });
  },
  begin: (client) => client.conversation.begin.mutate({ sessionId: "s", text: "What do you know?", budgetMs: 60_000 }),
  addAgain: async (client, id) => {
    const { content } = await client.memory.get.query({ id });
    return client.memory.addMany.mutate({ items: [{ content, origin: "tool" }, { content }] });
  },
};

let runs = 0;

test("whatever was done with a memory, once it is erased no table holds a word of it", async () => {
  const { services } = server.keepsake;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 2, maxLength: 6 }),
      async (steps) => {
        const userId = `erased-${++runs}`;
        const client = server.clientOf(userId);
        // No word of any language, and one that no stemmer shortens in front.
        const word = `zxqv${runs}kanaryx`;
        const { id } = await client.memory.add.mutate({
          content: `The secret is ${word}`,
          wait: true,
          origin: "assistant",
        });
        for (const step of steps) await STEPS[step]?.(client, id, word);
        expect(await tablesThatSay(word, userId)).toContain("public.knowledge");
        await client.memory.forget.mutate({ id });
        await services.db.execute(
          sql`update knowledge set forgotten_at = now() - interval '31 days' where user_id = ${userId}`,
        );
        await eraseForGood(services, [eraseForgotten], AbortSignal.timeout(60_000));
        expect(await tablesThatSay(word, userId), steps.join(", ")).toEqual([]);
      },
    ),
    { numRuns: 8 },
  );
}, 300_000);
