import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eraseForgotten } from "../src/memory/store.ts";
import { eraseForGood } from "../src/platform/erasure.ts";
import { eraseDeleted } from "../src/preferences/history-store.ts";
import { exampleOf } from "../src/rest/examples/examples.ts";
import { listTwins } from "../src/rest/twins.ts";
import { pruneAuditTrails } from "../src/system/prune-audit.ts";
import { arrangeExample } from "./_example-calls.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const database = () => server.keepsake.services.db;
const trailOf = async (user: string) => (await server.clientOf(user).system.audit.query({ limit: 200 })).items;

/** Mutations that leave no row in their user's trail, and why. */
const SILENT: Readonly<Record<string, string>> = {
  "cache.lookup": "counts, and changes nothing that anybody said",
  "system.createToken": "in the server's part",
  "system.revokeToken": "in the server's part",
  "system.rotateToken": "in the server's part",
  "system.eraseUser": "takes the trail along; in the server's part",
  "system.backup": "begins none on this server, which makes no backups",
};

const mutations = listTwins().filter(({ methods }) => !methods.includes("GET"));

test.each(mutations.map(({ path, url }) => [path, url]))("%s leaves its row, with who and what", async (path, url) => {
  const user = `audited-${path}`;
  const arranged = await arrangeExample(path, server.clientOf(user));
  const before = new Set((await trailOf(user)).map(({ id }) => id));
  const own = path === "system.eraseUser" ? { confirm: user } : {};
  const input = { ...(exampleOf(path).input as object), ...arranged, ...own };
  const answer = await server.post(url, input, { "x-keepsake-user": user });
  expect(answer.status, await answer.clone().text()).toBe(200);
  const requestId = answer.headers.get("x-request-id");
  const rows = (await trailOf(user)).filter(({ id }) => !before.has(id));
  const expected = { procedure: path, tokenId: "configured", role: "admin", requestId };
  if (path in SILENT) {
    expect(rows).toEqual([]);
    const { items } = await server.client.system.audit.query({ ofServer: true, limit: 1 });
    const isInServersPart = SILENT[path]?.endsWith("in the server's part");
    if (isInServersPart) expect(items).toMatchObject([expected]);
    return;
  }
  expect(rows).toMatchObject([expected]);
});

describe("the trail of a user", () => {
  test("names what was changed, without what was said", async () => {
    const { memory, conversation, preferences } = server.clientOf("ann");
    const { id } = await memory.add.mutate({ content: "The zqdiary is in the attic", tags: ["zqtag"] });
    await memory.update.mutate({ id, content: "The zqdiary is in the cellar" });
    await preferences.set.mutate({ key: "zqkey", value: "zqvalue" });
    await conversation.begin.mutate({ sessionId: "zqsession", text: "Where is the zqdiary?" });
    await conversation.deleteSession.mutate({ sessionId: "zqsession" });
    const rows = await trailOf("ann");
    expect(rows.map(({ procedure }) => procedure)).toEqual([
      "conversation.deleteSession",
      "conversation.begin",
      "preferences.set",
      "memory.update",
      "memory.add",
    ]);
    expect(rows.at(-1)).toMatchObject({ items: [id], itemCount: 1 });
    expect(JSON.stringify(rows)).not.toContain("zq");
    const { system } = server.clientOf("ann");
    const ofMemory = await system.audit.query({ item: id });
    expect(ofMemory.items.map(({ procedure }) => procedure)).toEqual(["memory.update", "memory.add"]);
    expect((await system.audit.query({ item: "zqkey" })).items).toMatchObject([{ procedure: "preferences.set" }]);
    expect((await server.clientOf("ben").system.audit.query({ item: id })).items).toEqual([]);
  });

  test("has a row an effect: none for a retry, none for what failed", async () => {
    const { memory } = server.clientOf("cat");
    const call = { content: "Once", idempotencyKey: "once" };
    const { id } = await memory.add.mutate(call);
    await memory.add.mutate(call);
    await memory.update.mutate({ id, content: "Twice", expectedVersion: 7 }).catch(errorReason);
    expect(await trailOf("cat")).toHaveLength(1);
    const { interactionId } = await server.clientOf("cat").conversation.begin.mutate({ sessionId: "s", text: "Hello" });
    await server.clientOf("cat").conversation.begin.mutate({ sessionId: "s", text: "Hello", interactionId });
    expect(await trailOf("cat")).toHaveLength(2);
  });

  test("tells of exports, in pages and as a stream", async () => {
    const { training } = server.clientOf("dan");
    await training.add.mutate({ inputText: "q", outputText: "a" });
    const { exportId } = await training.export.query({ format: "alpaca" });
    const streamed = await server.post("/training/export", {}, { "x-keepsake-user": "dan" });
    await streamed.text();
    expect(await trailOf("dan")).toMatchObject([
      { procedure: "training.export", items: [streamed.headers.get("x-keepsake-export-id")] },
      { procedure: "training.export", items: [exportId], details: { format: "alpaca" } },
      { procedure: "training.add" },
    ]);
  });
});

/** What the database says to a statement that the server would never send. */
async function saidTo(statement: string): Promise<string> {
  return database().transaction(async (tx) => {
    await tx.execute(sql`create or replace function pg_temp.attempt(statement text) returns text language plpgsql as $$
      begin
        execute statement;
        return 'done';
      exception when others then
        return sqlerrm;
      end $$`);
    const [row] = await tx.execute<{ said: string }>(sql`select pg_temp.attempt(${statement}) as said`);
    return row?.said ?? "";
  });
}

describe("nothing", () => {
  test("changes, deletes or empties the trail, by SQL neither", async () => {
    await server.clientOf("eve").memory.add.mutate({ content: "Kept" });
    const before = await trailOf("eve");
    const tries = [
      "update audit_log set procedure = 'other' where user_id = 'eve'",
      "update audit_log set procedure = 'other' where user_id = 'nobody'",
      "delete from audit_log where user_id = 'eve'",
      "truncate audit_log",
      "with gone as (delete from audit_log where user_id = 'eve' returning 1) insert into users select 'x' from gone",
      `insert into audit_log select (jsonb_populate_record(a, '{"procedure": "other"}')).* from audit_log a
        where user_id = 'eve' on conflict (user_id, id) do update set procedure = 'other'`,
    ];
    for (const attempt of tries) expect(await saidTo(attempt), attempt).toContain("append-only");
    expect(await trailOf("eve")).toEqual(before);
  });

  test("tells what the server erased for good by itself, and when", async () => {
    const { memory, preferences } = server.clientOf("ina");
    const { id } = await memory.add.mutate({ content: "Given up" });
    await memory.forget.mutate({ id });
    await preferences.set.mutate({ key: "zqgone", value: 1 });
    await preferences.delete.mutate({ key: "zqgone" });
    for (const statement of [
      sql`update knowledge set forgotten_at = now() - interval '31 days' where user_id = ${"ina"}`,
      sql`update preference_versions set replaced_at = now() - interval '31 days' where user_id = ${"ina"}`,
    ])
      await database().execute(statement);
    const erase = () =>
      eraseForGood(server.keepsake.services, [eraseForgotten, eraseDeleted], AbortSignal.timeout(30_000));
    expect(await erase()).toBe(2);
    const [keys, memories] = await trailOf("ina");
    const byItself = { procedure: "server.erase", role: "server", tokenId: null, requestId: null, itemCount: 1 };
    expect(memories).toMatchObject({ ...byItself, items: [id], details: { what: "memories" } });
    expect(keys).toMatchObject({ ...byItself, details: { what: "preferences" } });
    expect(JSON.stringify(keys)).not.toContain("zqgone");
    expect(await erase()).toBe(0);
    expect((await trailOf("ina"))[0]?.id).toBe(keys?.id);
  });

  test("no procedure has a way to it but reading", () => {
    const written = listTwins().filter(({ path, methods }) => path.includes("audit") && !methods.includes("GET"));
    expect(written).toEqual([]);
  });

  test("of it is older than the retention", async () => {
    await server.clientOf("fay").memory.add.mutate({ content: "Old" });
    const insert = (user: string, days: number) =>
      database().execute(sql`insert into audit_log ("user_id", id, at, role, procedure, items, item_count)
        values (${user}, gen_random_uuid(), now() - make_interval(days => ${days}), 'gateway', 'memory.add', '{}', 0)`);
    for (const user of ["fay", "$server"]) await insert(user, 181);
    await insert("fay", 179);
    const { services } = server.keepsake;
    expect(await pruneAuditTrails(services, AbortSignal.timeout(30_000))).toBe(2);
    expect(await trailOf("fay")).toHaveLength(2);
    expect(await pruneAuditTrails(services, AbortSignal.timeout(30_000))).toBe(0);
  });
});

test("a trail is read page by page, each row once, newest first", async () => {
  const { memory, system } = server.clientOf("gus");
  for (let number = 0; number < 7; number += 1) await memory.add.mutate({ content: `Number ${number}` });
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await system.audit.query({ limit: 3, ...(cursor && { cursor }) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toHaveLength(7);
  expect(seen).toEqual([...new Set(seen)].sort().reverse());
});
