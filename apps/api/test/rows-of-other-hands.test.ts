import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// Rows that came by SQL, an import or an earlier version may hold keys that no caller may send.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const POISON =
  '{"ok": 1, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "in": [{"prototype": 2}]}';
const HARMLESS = { ok: 1, in: [{}] };

test("keys that superjson cannot write leave every list and search readable, and pollute nothing", async () => {
  const { client, keepsake } = server;
  const { db } = keepsake.services;
  const memory = await client.memory.add.mutate({ content: "the lamp by the door", metadata: { ok: 1 } });
  await client.conversation.append.mutate({ sessionId: "s", role: "user", content: "the lamp", metadata: { ok: 1 } });
  await client.preferences.set.mutate({ key: "lamp", value: { ok: 1 } });
  await client.cache.store.mutate({ text: "which lamp is it", response: "the one", metadata: { ok: 1 } });
  await client.training.add.mutate({ inputText: "lamp", outputText: "on", metadata: { ok: 1 } });
  for (const table of ["knowledge", "conversations", "response_cache", "training_data"]) {
    await db.execute(
      sql`update ${sql.identifier(table)} set metadata = ${POISON}::text::jsonb where user_id = ${"default"}`,
    );
  }
  await db.execute(sql`update preferences set value = ${POISON}::text::jsonb where user_id = ${"default"}`);

  expect((await client.memory.get.query({ id: memory.id })).metadata).toEqual(HARMLESS);
  expect((await client.memory.list.query({})).items).toMatchObject([{ metadata: HARMLESS }]);
  expect((await client.memory.search.query({ query: "lamp" })).hits).toMatchObject([{ metadata: HARMLESS }]);
  expect((await client.conversation.history.query({ sessionId: "s" })).items).toMatchObject([{ metadata: HARMLESS }]);
  expect((await client.conversation.search.query({ query: "lamp" })).hits).toMatchObject([{ metadata: HARMLESS }]);
  expect((await client.preferences.get.query({ key: "lamp" })).value).toEqual(HARMLESS);
  expect((await client.preferences.list.query({})).items).toMatchObject([{ value: HARMLESS }]);
  expect((await client.cache.list.query({})).items).toMatchObject([{ metadata: HARMLESS }]);
  expect(await client.cache.lookup.mutate({ text: "which lamp is it" })).toMatchObject({ metadata: HARMLESS });
  expect((await client.training.list.query({})).items).toMatchObject([{ metadata: HARMLESS }]);
  expect((await client.training.export.query({})).lines).toHaveLength(1);
  const begun = await client.conversation.begin.mutate({ sessionId: "s", text: "which lamp", preferences: ["*"] });
  expect(begun.context.preferences).toMatchObject([{ value: HARMLESS }]);
  // A merge into it, and a version of it.
  await client.preferences.set.mutate({ key: "lamp", value: { more: 2 }, mode: "merge" });
  expect((await client.preferences.history.query({ key: "lamp" })).items.at(-1)?.value).toEqual(HARMLESS);
  await client.memory.update.mutate({ id: memory.id, content: "the lamp by the window" });
  expect((await client.memory.history.query({ id: memory.id })).items.at(-1)?.metadata).toEqual(HARMLESS);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
