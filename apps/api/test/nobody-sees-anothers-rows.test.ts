import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { listTwins } from "../src/rest/twins.ts";
import { routes } from "../src/routes.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { writtenAttacks } from "./isolation/attacks.ts";
import { idsIn } from "./isolation/compare.ts";
import { dumpUser } from "./isolation/dump.ts";
import { type Door, findLeaks, recordCounts } from "./isolation/find-leaks.ts";
import { tryTokens } from "./isolation/token-attacks.ts";
import { arrangeVictim, VICTIM } from "./isolation/victim.ts";

const LIMITS = loadConfig({}, () => "").server.limits;

let server: TestServer;
let door: Door;
beforeAll(async () => {
  server = await startTestServer({
    embeddings: true,
    asAdmin: true,
    // Nobody is to be told to come back later.
    server: { limits: { ...LIMITS, callsPerSecond: 100_000, callsPerMinute: 1_000_000, eventLoopDelayMsMax: 60_000 } },
    // A slow machine must not make one of two answers poorer.
    settings: { cacheSemantic: true, queryEmbeddingTimeoutMs: 60_000 },
  });
  const { token: gatewayToken } = await server.client.system.createToken.mutate({
    label: "a gateway",
    role: "gateway",
  });
  const adminToken = server.headers["authorization"]?.slice("Bearer ".length) ?? "";
  door = { url: server.url, gatewayToken: gatewayToken ?? "", adminToken };
});
afterAll(() => server[Symbol.asyncDispose]());

const paths = Object.entries(routes).flatMap(([slice, procedures]) =>
  Object.keys(procedures).map((name) => `${slice}.${name}`),
);

test.each(paths)("%s has a row in the matrix, and a twin", (path) => {
  expect(writtenAttacks(path).length).toBeGreaterThan(0);
  expect(listTwins().map((twin) => twin.path)).toContain(path);
});

test("no call of anybody else sees or changes a row of the victim, by any face", async () => {
  const before = await recordCounts(door);
  const callByKey = async (path: string, input: object) => {
    const answer = await server.post(`/trpc/${path}`, { json: input }, { "x-keepsake-user": VICTIM });
    expect(answer.status, await answer.text()).toBe(200);
  };
  const known = await arrangeVictim(server.clientOf(VICTIM), callByKey);
  const { db } = server.keepsake.services;
  const dump = await dumpUser(db, VICTIM);
  for (const [table, rows] of Object.entries(dump)) expect(rows, table).not.toEqual([]);
  const victimIds = new Set(idsIn(JSON.stringify(dump)));
  const { leaks, attacks, calls } = await findLeaks({ door, known, victimIds, before });
  console.log(
    `isolation matrix: ${paths.length} procedures, ${attacks} attacks, ${calls} calls, ${leaks.length} leaks`,
  );
  expect(leaks).toEqual([]);
  expect(await dumpUser(db, VICTIM)).toEqual(dump);
}, 600_000);

test("no token speaks for a user that is not its own, or does what it may not, by any face", async () => {
  const { faults, calls } = await tryTokens(server.url, server.clientOf("token-owner"));
  console.log(`token matrix: ${paths.length} procedures, ${calls} calls, ${faults.length} faults`);
  expect(faults).toEqual([]);
}, 600_000);
