import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";

const HOOK = new URL("./_clock-hook.ts", import.meta.url).href;
const HOURS_MS = 2 * 3_600_000;
/** Longer than anything here is kept. */
const DAYS_MS = 8 * 24 * 3_600_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function startOffBy(offByMs: number, more: Record<string, string> = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = {
    ...databaseEnvironment(database.config),
    PORT: String(port),
    CLOCK_OFF_BY_MS: String(offByMs),
    ...more,
  };
  const server = startProcess(variables, ["--import", HOOK]);
  await untilHealthy(server, url);
  return { server, url, client: createClient({ url, retries: 0 }) };
}

test.each([
  ["eight days ahead", DAYS_MS],
  ["eight days behind", -DAYS_MS],
])(
  "a server whose clock is %s keeps answers as long as was said, by the database's clock",
  async (_, offByMs) => {
    const { server, client } = await startOffBy(offByMs);
    await using _server = server;
    const text = `Who wrote the book of ${offByMs}?`;
    const long = await client.cache.store.mutate({ text, response: "Nobody", ttlSeconds: 3_600 });
    expect(long).toMatchObject({ cached: true });
    expect(await client.cache.lookup.mutate({ text })).toMatchObject({ hit: true, response: "Nobody" });
    const brief = `Who wrote the short book of ${offByMs}?`;
    await client.cache.store.mutate({ text: brief, response: "Nobody", ttlSeconds: 1 });
    await eventually(
      "the short answer is given no more",
      async () => !(await client.cache.lookup.mutate({ text: brief })).hit,
    );
    expect(await client.cache.lookup.mutate({ text })).toMatchObject({ hit: true });
  },
  180_000,
);

test("a write that is sent again days later by the servers' clocks is the same write", async () => {
  const input = { content: "The clock struck thirteen", idempotencyKey: "thirteen" };
  const ids: string[] = [];
  for (const offByMs of [-DAYS_MS, DAYS_MS]) {
    const { server, client } = await startOffBy(offByMs);
    await using _server = server;
    ids.push((await client.memory.add.mutate(input)).id);
    const { items } = await client.memory.list.query();
    expect(items.filter(({ content }) => content === input.content)).toHaveLength(1);
  }
  expect(new Set(ids).size).toBe(1);
}, 180_000);

test("what tools add within an hour is counted over servers whose clocks are hours apart", async (ctx) => {
  if (database.engine === "embedded") return ctx.skip("the embedded database's clock is the server's own");
  const most = { KEEPSAKE_UNSAID_PER_HOUR: "2" };
  const add = (client: KeepsakeClient, content: string) =>
    client.memory.add.mutate({ content, origin: "tool" }).then(() => "added", errorReason);
  const answers: unknown[] = [];
  for (const offByMs of [-HOURS_MS, HOURS_MS]) {
    const { server, client } = await startOffBy(offByMs, most);
    await using _server = server;
    for (const count of [1, 2]) answers.push(await add(client, `reading ${count} of ${offByMs}`));
  }
  expect(answers).toEqual(["added", "added", "RATE_LIMITED", "RATE_LIMITED"]);
}, 180_000);

// Last: from the first token on every call needs one.
test("a token ends when the database's clock says so", async (ctx) => {
  if (database.engine === "embedded") return ctx.skip("the embedded database's clock is the server's own");
  const guarded = { KEEPSAKE_ADMIN_TOKEN: "the-admin-token-of-three-clocks" };
  const asAdmin = (url: string) => createClient({ url, token: guarded.KEEPSAKE_ADMIN_TOKEN, retries: 0 });
  const makeAndRotate = async (url: string, overlapSeconds: number) => {
    const { system } = asAdmin(url);
    const { id, token } = await system.createToken.mutate({ label: `${overlapSeconds} s`, role: "user" });
    await system.rotateToken.mutate({ id, overlapSeconds });
    return token ?? "";
  };
  const { server: first, url: firstUrl } = await startOffBy(0, guarded);
  const brief = await makeAndRotate(firstUrl, 1);
  const lasting = await makeAndRotate(firstUrl, 3_600);
  await first[Symbol.asyncDispose]();
  for (const offByMs of [-HOURS_MS, HOURS_MS]) {
    const { server, url } = await startOffBy(offByMs, guarded);
    await using _server = server;
    const as = (token: string) => createClient({ url, token, retries: 0 });
    await eventually("the brief one holds no more", () =>
      as(brief)
        .memory.stats.query()
        .then(
          () => false,
          (error: unknown) => errorReason(error) === "UNAUTHORIZED",
        ),
    );
    expect(await as(lasting).memory.stats.query()).toBeDefined();
    const { items } = await asAdmin(url).system.tokens.query();
    const ended = items.filter(({ expiresAt }) => expiresAt !== null).map(({ label, state }) => [label, state]);
    expect(Object.fromEntries(ended)).toEqual({ "1 s": "expired", "3600 s": "valid" });
  }
}, 240_000);
