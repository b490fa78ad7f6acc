import { afterAll, beforeAll, expect, test } from "vitest";
import { listTwins } from "../src/rest/twins.ts";
import { routes } from "../src/routes.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { writtenAttacks } from "./isolation/attacks.ts";
import { idsIn } from "./isolation/compare.ts";
import { dumpUser } from "./isolation/dump.ts";
import { findLeaks, recordCounts } from "./isolation/find-leaks.ts";
import { arrangeVictim, VICTIM } from "./isolation/victim.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    embeddings: true,
    // A slow machine must not make one of two answers poorer.
    settings: { cacheSemantic: true, queryEmbeddingTimeoutMs: 60_000 },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Tables of a user's rows that no call fills yet. */
const UNWRITTEN = ["audit_log"];

const paths = Object.entries(routes).flatMap(([slice, procedures]) =>
  Object.keys(procedures).map((name) => `${slice}.${name}`),
);

test.each(paths)("%s has a row in the matrix, and a twin", (path) => {
  expect(writtenAttacks(path).length).toBeGreaterThan(0);
  expect(listTwins().map((twin) => twin.path)).toContain(path);
});

test("no call of anybody else sees or changes a row of the victim, by any face", async () => {
  const before = await recordCounts(server.url);
  const callByKey = async (path: string, input: object) => {
    const answer = await server.post(`/trpc/${path}`, { json: input }, { "x-keepsake-user": VICTIM });
    expect(answer.status, await answer.text()).toBe(200);
  };
  const known = await arrangeVictim(server.clientOf(VICTIM), callByKey);
  const { db } = server.keepsake.services;
  const dump = await dumpUser(db, VICTIM);
  for (const table of Object.keys(dump).filter((name) => !UNWRITTEN.includes(name)))
    expect(dump[table], table).not.toEqual([]);
  const victimIds = new Set(idsIn(JSON.stringify(dump)));
  const { leaks, attacks, calls } = await findLeaks({ url: server.url, known, victimIds, before });
  console.log(
    `isolation matrix: ${paths.length} procedures, ${attacks} attacks, ${calls} calls, ${leaks.length} leaks`,
  );
  expect(leaks).toEqual([]);
  expect(await dumpUser(db, VICTIM)).toEqual(dump);
}, 600_000);
