import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@keepsake/client";
import type { DatabaseConfig, EmbeddedConfig, ServerConfig } from "@keepsake/db";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { eventually, testConfig } from "./_keepsake-server.ts";

const MOVE = fileURLToPath(new URL("../../../scripts/move-to-server.ts", import.meta.url));
/** The embedded database is opened four times, which takes a slow machine seconds each. */
const MOVING_MS = 180_000;
const whyNot = testEngine() === "embedded" ? "there is no server to move to" : null;

let server: TestDatabase & { config: ServerConfig };
let embedded: EmbeddedConfig;
let ollama: FakeOllama;
beforeAll(async () => {
  if (whyNot !== null) return;
  server = (await createTestDatabase()) as typeof server;
  embedded = { home: "embedded", dataDir: await mkdtemp(join(tmpdir(), "keepsake-move-")) };
  ollama = await startFakeOllama();
});
afterAll(async () => {
  if (whyNot !== null) return;
  await ollama.close();
  await rm(embedded.dataDir, { recursive: true });
  await server[Symbol.asyncDispose]();
});

type ClientOf = (userId: string) => ReturnType<typeof createClient>;

async function withServer<Result>(database: DatabaseConfig, work: (of: ClientOf) => Promise<Result>) {
  const config = testConfig(database, { ollamaUrl: ollama.url });
  await using keepsake = await startKeepsake(config, createLogger(config.logging));
  return await work((userId) => createClient({ url: keepsake.url, userId }));
}

async function move() {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, KEEPSAKE_DATA_DIR: embedded.dataDir, DATABASE_URL: server.config.url, POSTGRES_HOST: "" };
  const child = spawn(process.execPath, ["--conditions=@keepsake/source", MOVE], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  return { code, said };
}

test(
  "pnpm db:move takes everything to a server, once, and leaves the folder as it was",
  async (ctx) => {
    if (whyNot !== null) return ctx.skip(whyNot);
    const added = await withServer(embedded, async (of) => {
      const { id } = await of("ola").memory.add.mutate({ content: "Zapasowy klucz ma Ania", tags: ["klucze"] });
      await of("ola").memory.update.mutate({ id, content: "Zapasowy klucz ma Jan" });
      await of("jan").memory.add.mutate({ content: 'tabs\t, "quotes", back\\slashes and\nlines' });
      const areReady = async () => (await of("ola").memory.stats.query()).embeddings.pending === 0;
      await eventually("all have vectors", areReady);
      return id;
    });

    const { code, said } = await move();
    expect(said).toMatch(/^knowledge +2$/m);
    expect(code).toBe(0);

    for (const database of [server.config, embedded]) {
      await withServer(database, async (of) => {
        const { hits, degraded } = await of("ola").memory.search.query({ query: "klucz", mode: "semantic" });
        expect([hits[0]?.id, degraded]).toEqual([added, []]);
        expect((await of("ola").memory.history.query({ id: added })).items).toHaveLength(2);
        const { items } = await of("jan").memory.list.query({});
        expect(items.map(({ content }) => content)).toEqual(['tabs\t, "quotes", back\\slashes and\nlines']);
      });
    }

    const again = await move();
    expect(again.code).toBe(1);
    expect(again.said).toContain("so nothing was moved: name a new one");
  },
  MOVING_MS,
);
