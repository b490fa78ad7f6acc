import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { startTestServer } from "./_keepsake-server.ts";

let database: TestDatabase;
let environment: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  environment = databaseEnvironment(database.config);
});
afterAll(() => database[Symbol.asyncDispose]());

describe("a server that starts", () => {
  test("says where it listens, where its data is and what is missing, with its pid first; SIGTERM ends it with 0", async () => {
    const port = await freePort();
    await using server = startProcess({ ...environment, PORT: String(port) });
    await untilHealthy(server, `http://127.0.0.1:${port}`);
    const lines = server.output().split("\n");
    expect(lines[0]).toContain(`(pid ${server.child.pid})`);
    if (database.config.home === "embedded") {
      expect(await readFile(join(database.config.dataDir, "keepsake.pid"), "utf8")).toBe(`${server.child.pid}\n`);
      expect(server.output()).toContain(database.config.dataDir);
    }
    await expect.poll(server.output).toContain("docs ");
    expect(server.output()).toContain(`http://127.0.0.1:${port}`);
    expect(server.output()).toMatch(/embeddings +off.*OLLAMA_URL/);
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.output()).toContain("stopped");
  });

  test("takes its data up again after a clean stop", async () => {
    for (const memories of [1, 2]) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      await using server = startProcess({ ...environment, PORT: String(port) });
      await untilHealthy(server, url);
      await fetch(`${url}/trpc/memory.add`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ json: { content: `round ${memories}` } }),
      });
      const stats = (await (await fetch(`${url}/trpc/memory.stats`)).json()) as { result: { data: { json: object } } };
      expect(stats.result.data.json).toMatchObject({ memories });
      server.kill("SIGINT");
      expect(await server.ended).toBe(0);
    }
  });
});

describe("a server that stops", () => {
  test("waits for requests under way, and for no connection that asks nothing", async () => {
    const server = await startTestServer();
    const port = Number(new URL(server.url).port);
    const unused = connect(port, "127.0.0.1");
    const unfinished = connect(port, "127.0.0.1", () => unfinished.write("POST /trpc/memory.add HTTP/1.1\r\nHost: "));
    await Promise.all([once(unused, "connect"), once(unfinished, "connect")]);
    const asked = Array.from({ length: 8 }, (_, number) => server.client.memory.add.mutate({ content: `${number}` }));
    await asked[0];
    const stopped = server[Symbol.asyncDispose]();
    for (const answer of await Promise.allSettled(asked)) expect(answer.status).toBe("fulfilled");
    await stopped;
    for (const socket of [unused, unfinished]) {
      if (!socket.closed) await once(socket, "close");
      expect(socket.closed).toBe(true);
    }
  });
});

/** Starts in vain: one sentence (or one a fault) on the way out, exit code 1, no stack. */
async function refusal(env: Record<string, string>): Promise<string> {
  await using server = startProcess({ LOG_LEVEL: "silent", ...env });
  expect(await server.ended).toBe(1);
  expect(server.output()).not.toMatch(/\n\s+at /);
  return server.output().trim();
}

describe("a server that cannot start says in a sentence why and what to do", () => {
  test("a taken port", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await refusal({ ...environment, PORT: String(port) })).toMatch(/^Port \d+ on 127\.0\.0\.1 is taken: .*PORT/);
    taken.close();
  });

  test("a wrong variable, and all of them at once", async () => {
    const said = await refusal({ PORT: "eighty", EMBEDDING_DIMENSIONS: "-3", LOG_LEVEL: "loud", OLLAMA_URL: "ollama" });
    expect(said.split("\n")).toEqual([
      "PORT must be a whole number from 0 to 65535.",
      "OLLAMA_URL must be a URL such as http://127.0.0.1:11434.",
      "EMBEDDING_DIMENSIONS must be from 1 to 2000.",
      "LOG_LEVEL must be one of: debug, info, warn, error, silent.",
    ]);
  });

  test("dimensions that the model cannot give", async () => {
    const said = await refusal({ ...environment, OLLAMA_URL: "http://127.0.0.1:1", EMBEDDING_DIMENSIONS: "1000" });
    expect(said).toMatch(/^EMBEDDING_DIMENSIONS.*64 to 768/);
  });

  test("an unreachable database, without its password", async () => {
    const said = await refusal({ DATABASE_URL: "postgres://someone:hunter2@127.0.0.1:1/memories" });
    expect(said).toContain("127.0.0.1:1");
    expect(said).not.toContain("hunter2");
    expect(said.split("\n")).toHaveLength(1);
  });

  test("an address that others can reach, without a token", async () => {
    expect(await refusal({ ...environment, HOST: "0.0.0.0" })).toContain("set KEEPSAKE_ADMIN_TOKEN");
    expect(await refusal({ ...environment, KEEPSAKE_ADMIN_TOKEN: "short" })).toContain("24 characters or more");
  });

  test("a data folder in use, with the holder's pid; the holder serves on", async (ctx) => {
    if (database.config.home !== "embedded") ctx.skip("a PostgreSQL server may be shared by several Keepsakes");
    const port = await freePort();
    await using first = startProcess({ ...environment, PORT: String(port) });
    await untilHealthy(first, `http://127.0.0.1:${port}`);
    expect(await refusal({ ...environment, PORT: "0" })).toContain(String(first.child.pid));
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true);
  });
});
