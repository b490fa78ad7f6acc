import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseForgotten } from "../src/memory/store.ts";
import { eraseForGood } from "../src/platform/erasure.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true });
});
afterAll(() => server[Symbol.asyncDispose]());

async function rowsThatName(id: string): Promise<number> {
  const [row] = await server.keepsake.services.db.execute<{ rows: string }>(sql`select
    (select count(*) from knowledge where user_id = ${"ann"} and id = ${id})
    + (select count(*) from knowledge_versions where user_id = ${"ann"} and knowledge_id = ${id})
    + (select count(*) from embeddings where user_id = ${"ann"} and item_id = ${id}) as rows`);
  return Number(row?.rows);
}

test("a forgotten memory can be restored until the retention runs out, and leaves no row behind after it", async () => {
  const { services } = server.keepsake;
  const client = server.clientOf("ann");
  const { id } = await client.memory.add.mutate({ content: "The diary is in the drawer", wait: true });
  await client.memory.update.mutate({ id, content: "The diary is in the attic" });
  const kept = await client.memory.add.mutate({ content: "The attic is dry", wait: true });
  await eventually("vectors are there", async () => (await client.memory.stats.query()).embeddings.ready === 2);
  await client.memory.forget.mutate({ id });
  expect(await eraseForGood(services, [eraseForgotten], AbortSignal.timeout(10_000))).toBe(0);
  expect(await rowsThatName(id)).toBe(3);

  await services.db.execute(sql`update knowledge set forgotten_at = now() - interval '31 days'
    where user_id = ${"ann"} and id = ${id}`);
  expect(await eraseForGood(services, [eraseForgotten], AbortSignal.timeout(10_000))).toBe(1);
  expect(await rowsThatName(id)).toBe(0);
  expect(await client.memory.restore.mutate({ id }).then(() => null, errorReason)).toBe("MEMORY_NOT_FOUND");
  expect(await client.memory.history.query({ id }).then(() => null, errorReason)).toBe("MEMORY_NOT_FOUND");
  expect((await client.memory.list.query({})).items.map((item) => item.id)).toEqual([kept.id]);
});

test("metadata that came by another way with a key that superjson refuses is still listed, without the key", async () => {
  const client = server.clientOf("ben");
  const { id } = await client.memory.add.mutate({ content: "Imported", metadata: { ok: 1 } });
  await server.keepsake.services.db.execute(sql`update knowledge
    set metadata = '{"constructor": {"prototype": 1}, "ok": [{"__proto__": 2, "fine": true}]}'
    where user_id = ${"ben"} and id = ${id}`);
  expect((await client.memory.list.query({})).items[0]?.metadata).toEqual({ ok: [{ fine: true }] });
});
