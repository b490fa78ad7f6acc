import { createTestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Keepsake, startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { testConfig } from "./_keepsake-server.ts";
import { callRest, type RestAnswer } from "./_rest.ts";

const ADMIN = "the-admin-token-of-this-test";

/** Statements that look a token up. */
let lookUps = 0;
let keepsake: Keepsake;
const resources = new AsyncDisposableStack();

/** A server each, since an address may only fail ten times a minute. */
async function startAnew(): Promise<void> {
  const database = resources.use(await createTestDatabase());
  const config = testConfig(database.config, { ollamaUrl: null, server: { adminToken: ADMIN } });
  const onStatement = (sql: string) => {
    if (/from "api_tokens"/.test(sql)) lookUps += 1;
  };
  keepsake = resources.use(await startKeepsake(config, createLogger(config.logging), { onStatement }));
}
beforeAll(startAnew);
afterAll(() => resources.disposeAsync());

const stats = (token?: string) => callRest(keepsake.url, "/memory/stats", token === undefined ? {} : { token });

async function makeToken(wish: object = {}): Promise<{ id: string; token: string }> {
  const body = { label: "x", role: "gateway", ...wish };
  const answer = await callRest(keepsake.url, "/system/createToken", { token: ADMIN, body });
  return answer.body as { id: string; token: string };
}

/** All of an answer but what names the call. */
const shapeOf = ({ status, body, headers }: RestAnswer) => {
  const { error } = body as { error: { message: string; data: object } };
  const named = [...headers.keys()].filter((name) => name !== "x-request-id");
  return { status, named, error: { ...error, data: { ...error.data, requestId: null } } };
};

const malformed = [
  "wrong",
  "ks_",
  `ks_abcdefgh_${"a".repeat(42)}`,
  `KS_abcdefgh_${"a".repeat(43)}`,
  "'; drop table users",
];

describe("a call without a valid token", () => {
  test("is refused in one shape: missing, malformed, unknown, with another's secret, expired or revoked", async () => {
    const expiring = await makeToken({ expiresAt: new Date(Date.now() + 500).toISOString() });
    const { id, token: revoked } = await makeToken();
    expect((await stats(revoked)).status).toBe(200);
    await callRest(keepsake.url, "/system/revokeToken", { token: ADMIN, body: { id } });
    await new Promise((resolve) => setTimeout(resolve, 600));
    const other = await makeToken();
    const mixed = `ks_${other.id}_${revoked.slice(-43)}`;
    const answers = [
      await stats(),
      await stats(malformed[0]),
      await stats(malformed[2]),
      await stats(`ks_abcdefgh_${"a".repeat(43)}`),
      await stats(mixed),
      await stats(expiring.token),
      await stats(revoked),
    ];
    expect(shapeOf(answers[0] as RestAnswer)).toMatchObject({
      status: 401,
      error: { data: { reason: "UNAUTHORIZED" } },
    });
    for (const [at, answer] of answers.entries())
      expect(shapeOf(answer), `case ${at}`).toEqual(shapeOf(answers[0] as RestAnswer));
    expect((await stats(other.token)).status).toBe(200);
  });

  test("is told to wait after ten in a minute, and holds up nobody who has a token", async () => {
    const { token } = await makeToken();
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await stats("wrong")).status);
    expect(statuses).toContain(429);
    const refused = await stats();
    expect(refused).toMatchObject({ status: 429, reason: "RATE_LIMITED" });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    for (const valid of [token, ADMIN]) expect((await stats(valid)).status).toBe(200);
    expect((await fetch(`${keepsake.url}/healthz`)).status).toBe(200);
  });

  test("costs the database nothing when its token cannot be one, however long it is", async () => {
    await startAnew();
    await makeToken();
    lookUps = 0;
    for (const token of malformed) expect((await stats(token)).status).toBe(401);
    expect((await stats("a".repeat(7_000))).status).toBe(401);
    const huge = await fetch(`${keepsake.url}/memory/stats`, {
      headers: { authorization: `Bearer ${"a".repeat(1_000_000)}` },
    }).then(
      ({ status }) => status,
      () => "ended",
    );
    expect([401, 431, "ended"]).toContain(huge);
    expect(lookUps).toBe(0);
    expect((await stats(`ks_abcdefgh_${"a".repeat(43)}`)).status).toBe(401);
    expect(lookUps).toBe(1);
    expect((await stats(ADMIN)).status).toBe(200);
  });

  test("looks up a valid token once for many calls", async () => {
    const { token } = await makeToken();
    await stats(token);
    lookUps = 0;
    for (let count = 0; count < 20; count += 1) expect((await stats(token)).status).toBe(200);
    expect(lookUps).toBe(0);
  });
});
