import { afterAll, beforeAll, expect, test } from "vitest";
import { startSweeping } from "../src/cache/sweep.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

const USERS = 3;
const ANSWERS = 60;
const SWEEPERS = 10;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test("what expired goes once, however many sweep at the same time", async () => {
  const clients = Array.from({ length: USERS }, (_, user) => server.clientOf(`user-${user}`));
  for (const { cache } of clients) {
    for (let number = 0; number < ANSWERS; number += 1) {
      await cache.store.mutate({ text: `Who wrote book ${number}?`, response: "Nobody", ttlSeconds: 1 });
    }
  }
  const stop = new AbortController();
  const swept = async () => {
    const stats = await Promise.all(clients.map(({ cache }) => cache.stats.query()));
    return stats.every(({ entries, expirations }) => entries === 0 && expirations >= ANSWERS);
  };
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const sweepers = Array.from({ length: SWEEPERS }, () => startSweeping(server.keepsake.services, stop.signal));
  await eventually("all are gone and counted", swept, 120_000);
  stop.abort();
  await Promise.all(sweepers);
  const stats = await Promise.all(clients.map(({ cache }) => cache.stats.query()));
  expect(stats.map(({ expirations }) => expirations)).toEqual(Array(USERS).fill(ANSWERS));
}, 180_000);
