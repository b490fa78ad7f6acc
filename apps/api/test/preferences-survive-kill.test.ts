import { createClient, type KeepsakeClient } from "@keepsake/client";
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
  const server = startProcess({ ...databaseEnvironment(database.config), PORT: String(port) });
  await untilHealthy(server, url);
  return { server, client: createClient({ url }) };
}

const WRITES = 120;
const KILL_AFTER = 50;

/** Each write leaves a field of its own, so that a lost one and one that happened twice both show. */
const write = ({ preferences }: KeepsakeClient, number: number) =>
  preferences.set.mutate({
    key: "counted",
    value: { [`field${number}`]: number },
    mode: "merge",
    idempotencyKey: `write-${number}`,
  });

test("writes that a kill -9 left without an answer are sent again, and each has happened once", async () => {
  const acknowledged = new Map<number, number>();
  const numbers = Array.from({ length: WRITES }, (_, number) => number);
  {
    const { server, client } = await start();
    await using _ = server;
    const writeSome = async (some: number[]) => {
      for (const number of some) {
        const answer = await write(client, number).catch(() => null);
        if (!answer) return;
        acknowledged.set(number, answer.version);
        if (acknowledged.size === KILL_AFTER) server.kill("SIGKILL");
      }
    };
    await Promise.all([0, 1, 2, 3].map((writer) => writeSome(numbers.filter((number) => number % 4 === writer))));
    await server.ended;
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILL_AFTER);
  expect(acknowledged.size).toBeLessThan(WRITES);

  const { server, client } = await start();
  await using _ = server;
  for (const number of numbers) {
    const { version } = await write(client, number);
    expect(version).toBe(acknowledged.get(number) ?? version);
  }
  const { value, version } = await client.preferences.get.query({ key: "counted" });
  expect(value).toEqual(Object.fromEntries(numbers.map((number) => [`field${number}`, number])));
  expect(version).toBe(WRITES);
  const { items } = await client.preferences.history.query({ key: "counted", limit: 200 });
  expect(items.map((item) => item.version)).toEqual(numbers.map((number) => WRITES - number));
}, 180_000);
