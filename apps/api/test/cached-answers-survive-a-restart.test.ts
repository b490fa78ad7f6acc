import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function start() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startProcess({ ...databaseEnvironment(database.config), PORT: String(port), CACHE_MAX_ENTRIES: "50" });
  await untilHealthy(server, url);
  return { server, cache: createClient({ url }).cache };
}

test("answers and counts survive kill -9 in the middle of look-ups, and agree with each other and with their callers", async () => {
  const acknowledged = { hits: 0, misses: 0, stored: 0 };
  let underWay = 0;
  for (let round = 0; round < 3; round += 1) {
    const { server, cache } = await start();
    await using _ = server;
    let calls = 0;
    const caller = async (number: number) => {
      for (let turn = 0; ; turn += 1) {
        const text = `Round ${round}, caller ${number}, turn ${turn - (turn % 3)}`;
        const isStore = turn % 3 === 0;
        const answer = isStore
          ? cache.store.mutate({ text, response: text })
          : cache.lookup.mutate({ text: text.toUpperCase() });
        const seen = await answer.catch(() => null);
        if (!seen) {
          underWay += 1;
          return;
        }
        if ("hit" in seen) acknowledged[seen.hit ? "hits" : "misses"] += 1;
        else acknowledged.stored += 1;
        calls += 1;
        if (calls === 60) server.kill("SIGKILL");
      }
    };
    await Promise.all([0, 1, 2, 3].map(caller));
    await server.ended;
  }
  const { server, cache } = await start();
  await using _ = server;
  const counts = await cache.stats.query();
  // What was acknowledged is counted; what was under way at a kill may be too, once.
  for (const name of ["hits", "misses", "stored"] as const)
    expect(counts[name]).toBeGreaterThanOrEqual(acknowledged[name]);
  const total = acknowledged.hits + acknowledged.misses + acknowledged.stored;
  expect(counts.hits + counts.misses + counts.stored).toBeLessThanOrEqual(total + underWay);
  expect(counts.entries).toBe(counts.stored - counts.evictions);
  expect((await cache.list.query({ limit: 200 })).items).toHaveLength(counts.entries);
}, 180_000);
