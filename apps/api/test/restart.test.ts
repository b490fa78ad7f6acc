import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";

let database: TestDatabase;
let ollama: FakeOllama;
beforeAll(async () => {
  database = await createTestDatabase();
  ollama = await startFakeOllama();
});
afterAll(async () => {
  await ollama.close();
  await database[Symbol.asyncDispose]();
});

const WRITES_A_ROUND = 30;
const rooms = ["kitchen", "łazienka", "hall", "sypialnia", "garage"];
const sentence = (number: number) =>
  number % 2
    ? `Lampa numer ${number} wisi tam, gdzie jest ${rooms[number % 5]}, hasło kod${number}`
    : `Lamp number ${number} hangs in the ${rooms[number % 5]}, keyword code${number}`;

async function start() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...databaseEnvironment(database.config), PORT: String(port), OLLAMA_URL: ollama.url };
  const server = startProcess(env);
  await untilHealthy(server, url);
  return { server, client: createClient({ url }) };
}

test("what was acknowledged survives kill -9 and is found by its words; vectors follow after the restart", async () => {
  const acknowledged = new Map<string, string>();
  // The model is slow, so that the kill hits memories without vectors.
  ollama.setFault({ kind: "delay", ms: 400 });
  for (let round = 0; round < 3; round += 1) {
    const { server, client } = await start();
    await using _ = server;
    const enough = (round + 1) * WRITES_A_ROUND;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let number = round * 10_000 + writer; ; number += 4) {
        const content = sentence(number);
        const added = await client.memory.add.mutate({ content }).catch(() => null);
        if (!added) return;
        acknowledged.set(added.id, content);
        // In the middle of what the other writers have under way.
        if (acknowledged.size === enough) server.kill("SIGKILL");
      }
    });
    await Promise.all(writers);
    await server.ended;
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(3 * WRITES_A_ROUND);

  ollama.setFault(null);
  const { server, client } = await start();
  await using _ = server;
  for (const [id, content] of acknowledged) expect((await client.memory.get.query({ id })).content).toBe(content);
  for (const [id, content] of [...acknowledged].slice(-60)) {
    const query = content.split(", ").at(-1) ?? "";
    const { hits } = await client.memory.search.query({ query });
    expect(
      hits.map((hit) => hit.id),
      query,
    ).toContain(id);
  }
  const stats = () => client.memory.stats.query();
  expect((await stats()).memories).toBeGreaterThanOrEqual(acknowledged.size);
  await eventually("all memories have vectors", async () => (await stats()).embeddings.pending === 0, 60_000);
  expect((await stats()).embeddings).toMatchObject({ failed: 0, ready: (await stats()).memories });
}, 180_000);

test("messages survive kill -9 in their order and in their sessions, and are found by meaning after the restart", async () => {
  const said: string[] = [];
  ollama.setFault({ kind: "delay", ms: 400 });
  {
    const { server, client } = await start();
    await using _ = server;
    for (let number = 0; number < 20; number += 1) {
      const content = number === 7 ? "The bulb above the stove flickers" : `${sentence(number)}, message ${number}`;
      const added = await client.conversation.append
        .mutate({ sessionId: "s", role: number % 2 ? "assistant" : "user", content })
        .catch(() => null);
      if (added) said.push(added.content);
    }
    server.kill("SIGKILL");
    await server.ended;
  }
  ollama.setFault(null);
  const { server, client } = await start();
  await using _ = server;
  const { items } = await client.conversation.history.query({ sessionId: "s" });
  expect(items.map(({ content }) => content)).toEqual(said);
  expect((await client.conversation.sessions.query()).items).toMatchObject([{ sessionId: "s", messages: said.length }]);
  await eventually("the question is answered by meaning", async () => {
    const { hits, degraded } = await client.conversation.search.query({ query: "cooker lamp", mode: "semantic" });
    return degraded.length === 0 && hits.some(({ content }) => content === "The bulb above the stove flickers");
  });
}, 120_000);
