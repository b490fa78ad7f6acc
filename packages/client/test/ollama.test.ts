import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { Ollama } from "ollama";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { createClient, type KeepsakeClient } from "../src/index.ts";
import { ollamaChat } from "../src/ollama.ts";
import { type FaultyProxy, startFaultyProxy } from "./_faulty-proxy.ts";

let server: TestServer;
let proxy: FaultyProxy;
let fake: FakeOllama;
let ollama: Ollama;
let keepsake: KeepsakeClient;
let users = 0;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startFaultyProxy(server.url);
  fake = await startFakeOllama();
  ollama = new Ollama({ host: fake.url });
});
afterAll(async () => {
  await fake?.close();
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  users += 1;
  fake.requests.length = 0;
  keepsake = createClient({ url: proxy.url, userId: `user-${users}`, turnTimeoutMs: 10_000 });
});
afterEach(() => {
  proxy.setFault(null);
  fake.setFault(null);
});

async function historyOf(sessionId: string): Promise<string[]> {
  await keepsake.flush(5_000);
  const { items } = await keepsake.conversation.history.query({ sessionId });
  return items.map(({ role, content }) => `${role}: ${content}`);
}

const context = {
  system: "You remember: the key is with Ann.",
  tokens: 9,
  memories: [],
  earlier: [],
  tail: [
    { role: "user", content: "Hello" },
    { role: "assistant", content: "Hi" },
  ],
  preferences: [],
};

describe("a chat of Ollama's with a memory", () => {
  test("comes word by word, and is kept as a whole", async () => {
    const stream = keepsake.turn.stream({ sessionId: "s", text: "a b c" }, ollamaChat(ollama, { model: "llama3.2" }));
    const pieces: string[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(pieces).toEqual(["You", " said:", " a", " b", " c"]);
    expect(await historyOf("s")).toEqual(["user: a b c", "assistant: You said: a b c"]);
    expect(fake.requests[0]?.body).toMatchObject({ model: "llama3.2", stream: true });
  });

  test("comes at once where that is wanted, with options of the gateway's own", async () => {
    const options = { temperature: 0 };
    const generate = ollamaChat(ollama, { model: "llama3.2", stream: false, options });
    expect((await keepsake.turn({ sessionId: "s", text: "Hello" }, generate)).text).toBe("You said: Hello");
    expect(fake.requests[0]?.body).toMatchObject({ stream: false, options });
  });

  test("is given what Keepsake knows: behind the gateway's own system text, and the talk so far if it has none", async () => {
    proxy.setFault({ kind: "changed", to: ["conversation.begin"], change: (data) => ({ ...data, context }) });
    const system = { role: "system", content: "Be brief." };
    const talk = { role: "user", content: "Good morning" };
    for (const messages of [[system], [talk]]) {
      await keepsake.turn({ sessionId: "s", text: "Who has it?" }, ollamaChat(ollama, { model: "llama3.2", messages }));
    }
    expect(fake.requests.map(({ body }) => body["messages"])).toEqual([
      [
        { role: "system", content: "Be brief.\n\nYou remember: the key is with Ann." },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "Hi" },
        { role: "user", content: "Who has it?" },
      ],
      [
        { role: "system", content: "You remember: the key is with Ann." },
        talk,
        { role: "user", content: "Who has it?" },
      ],
    ]);
  });

  test("fails with Ollama's own words, and leaves the question", async () => {
    const failing = keepsake.turn({ sessionId: "s", text: "Hello" }, ollamaChat(ollama, { model: "nonesuch" }));
    await expect(failing).rejects.toMatchObject({ status_code: 404 });
    expect(await historyOf("s")).toEqual(["user: Hello"]);
  });

  test("stops when its reader leaves, and keeps what was read", async () => {
    fake.setFault({ kind: "drip", everyMs: 1, paths: ["/api/chat"] });
    const text = "word ".repeat(200).trim();
    const stream = keepsake.turn.stream({ sessionId: "s", text }, ollamaChat(ollama, { model: "llama3.2" }));
    for await (const piece of stream) {
      expect(piece).toBe("You");
      break;
    }
    expect(await stream.turn).toMatchObject({ text: "You", aborted: true });
    expect(await historyOf("s")).toEqual([`user: ${text}`, "assistant: You"]);
  });
});
