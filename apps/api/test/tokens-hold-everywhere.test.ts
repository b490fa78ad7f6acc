import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { runKeepsake } from "./_command-line.ts";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { testConfig } from "./_keepsake-server.ts";
import { callRest } from "./_rest.ts";
import { startSabotaged } from "./_sabotage.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

/** What is promised: so long after a change no server goes by what was before. */
const WITHIN_MS = 1_000;
const ADMIN = "the-admin-token-of-this-test";

const statusOf = async (url: string, token?: string) =>
  (await callRest(url, "/memory/stats", token === undefined ? {} : { token })).status;

/** Revokes a token by one server while the other takes it again and again. @returns its status when the second is over */
async function statusAfterRevocation(here: string, there: string): Promise<number> {
  const { system } = createClient({ url: here, token: ADMIN });
  const { id, token } = await system.createToken.mutate({ label: "to be revoked", role: "gateway" });
  if (token === null) throw new Error("a new token was not told");
  const inUse = { until: performance.now() + 1_500 };
  while (performance.now() < inUse.until) expect(await statusOf(there, token)).toBe(200);
  await system.revokeToken.mutate({ id });
  await delay(WITHIN_MS);
  return statusOf(there, token);
}

test("a token that one server revokes is refused by the other within a second", async (ctx) => {
  if (database.config.home === "embedded") return ctx.skip("the embedded database has one server");
  const config = testConfig(database.config, { ollamaUrl: null, server: { adminToken: ADMIN } });
  const logger = createLogger(config.logging);
  await using here = await startKeepsake(config, logger);
  await using there = await startKeepsake(config, logger);
  expect(await statusAfterRevocation(here.url, there.url)).toBe(401);
  // Of a server whose sense of time is broken the same check reports it.
  const port = String(await freePort());
  const file = "apps/api/src/platform/token-freshness.ts";
  await using _stale = await startSabotaged(
    [{ file, find: "const RENEW_AFTER_MS = 400;", replace: "const RENEW_AFTER_MS = 600_000;" }],
    { ...databaseEnvironment(database.config), PORT: port, KEEPSAKE_ADMIN_TOKEN: ADMIN },
  );
  expect(await statusAfterRevocation(here.url, `http://127.0.0.1:${port}`)).toBe(200);
});

test("with the first token every server that asked for none asks within a second, and for good", async () => {
  const environment = databaseEnvironment(database.config);
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  {
    await using server = startProcess({ ...environment, PORT: port });
    await untilHealthy(server, url);
    expect(server.output()).toContain("no token is asked for");
    expect(await statusOf(url)).toBe(200);
    expect(await callRest(url, "/system/users")).toMatchObject({ status: 403, reason: "FORBIDDEN" });
    // By the command line, beside the running server.
    const made = await runKeepsake(["token", "create", "--role", "admin", "--label", "first"], environment);
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining("shown this once") });
    const token = made.out.trim();
    expect(token).toMatch(/^ks_[0-9a-z]{8}_[\w-]{43}$/);
    await delay(WITHIN_MS);
    expect(await statusOf(url)).toBe(401);
    expect((await callRest(url, "/system/tokens", { token })).body).toMatchObject({
      items: [{ label: "first", role: "admin", createdBy: null }],
    });
    const id = token.slice(3, 11);
    expect((await runKeepsake(["token", "revoke", id], environment)).code).toBe(0);
    await delay(WITHIN_MS);
    expect(await statusOf(url, token)).toBe(401);
    expect(await statusOf(url)).toBe(401);
    expect(server.output()).not.toContain(token.slice(-43));
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
  }
  const listed = await runKeepsake(["token", "list"], environment);
  expect(listed.out).toMatch(/revoked {2}admin {4}first/);
  // The only token is revoked: the server does not open itself again.
  await using again = startProcess({ ...environment, PORT: port });
  await untilHealthy(again, url);
  expect(await statusOf(url)).toBe(401);
});

test("a wider address is refused without a token, in a sentence that says how, and taken with one", async () => {
  const environment = { ...databaseEnvironment(database.config), HOST: "0.0.0.0" };
  const refused = startProcess({ ...environment, PORT: "0" });
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain("keepsake token create --role admin");
  const made = await runKeepsake(["token", "create", "--role", "gateway", "--label", "g", "--new"], environment);
  expect(made.code).toBe(0);
  const port = String(await freePort());
  await using server = startProcess({ ...environment, PORT: port });
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(server, url);
  expect(await statusOf(url)).toBe(401);
  expect(await statusOf(url, made.out.trim())).toBe(200);
});

test("servers that open a new database at once agree on the key of its tokens", async (ctx) => {
  if (database.config.home === "embedded") return ctx.skip("the embedded database has one server");
  const config = testConfig({ ...database.config, poolSize: 2 }, { ollamaUrl: null, server: { adminToken: ADMIN } });
  const logger = createLogger(config.logging);
  await using servers = new AsyncDisposableStack();
  const started = await Promise.all(Array.from({ length: 8 }, () => startKeepsake(config, logger)));
  for (const server of started) servers.use(server);
  const [first] = started;
  const made = await createClient({ url: first?.url ?? "", token: ADMIN }).system.createToken.mutate({
    label: "everywhere",
    role: "gateway",
  });
  const statuses = await Promise.all(started.map(({ url }) => statusOf(url, made.token ?? "")));
  expect(statuses).toEqual(started.map(() => 200));
});
