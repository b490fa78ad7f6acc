import { createClient } from "@keepsake/client";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { expect, test } from "vitest";
import { startCountingProxy } from "../../../packages/db/test/_counting-proxy.ts";
import { startKeepsake } from "../src/keepsake.ts";
import { createLogger } from "../src/platform/logger.ts";
import { testConfig } from "./_keepsake-server.ts";

test.skipIf(testEngine() === "embedded")(
  "begin waits for the database once when it knows the vector (the embedded home has no wire that could be counted on)",
  async () => {
    await using database = await createTestDatabase();
    await using ollama = await startFakeOllama();
    if (database.config.home !== "server") throw new Error("a server was expected");
    const url = new URL(database.config.url);
    await using proxy = await startCountingProxy(url.hostname, Number(url.port));
    url.host = `127.0.0.1:${proxy.port}`;
    const config = testConfig({ ...database.config, url: url.href }, { ollamaUrl: ollama.url });
    await using keepsake = await startKeepsake(config, createLogger(config.logging));
    const { memory, conversation } = createClient({ url: keepsake.url });
    await memory.add.mutate({ content: "The spare key is under the blue pot", wait: true });
    const text = "Where is the key?";
    const begin = () => conversation.begin.mutate({ sessionId: crypto.randomUUID(), text, budgetMs: 20_000 });
    const waits: number[] = [];
    // The first calls of each connection prepare their statements: all of them are used here.
    for (let round = 0; round < 4; round += 1) await Promise.all(Array.from({ length: 8 }, begin));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (let call = 0; call < 12; call += 1) {
      proxy.takeWaits("");
      const { context } = await begin();
      waits.push(proxy.takeWaits(text));
      expect(context.memories).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    expect(waits.slice(-8)).toEqual(Array(8).fill(1));
  },
);
