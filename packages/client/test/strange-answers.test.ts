import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { generateText, wrapLanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { Ollama } from "ollama";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keepsakeMiddleware } from "../src/ai-sdk.ts";
import { type ClientOptions, createClient, errorReason, isUnreachable, type KeepsakeClient } from "../src/index.ts";
import { ollamaChat } from "../src/ollama.ts";
import { resolveAlias } from "../src/resolve-alias.ts";

/** Answers in place of a Keepsake. */
type Answer = (response: ServerResponse, call: number) => unknown;

const MIB = 1_048_576;

let answer: Answer;
/** The procedures that were called. */
let called: string[];
let stranger: Server;
let url: string;
let fake: FakeOllama;
const clients: KeepsakeClient[] = [];
beforeAll(async () => {
  fake = await startFakeOllama();
});
afterAll(() => fake?.close());
// One for each test: what clients of before still send reaches nobody.
beforeEach(async () => {
  const calls: string[] = [];
  called = calls;
  stranger = createServer((request, response) => {
    calls.push((request.url ?? "").replace(/^\/trpc\//, "").replace(/\?.*$/, ""));
    request.resume();
    response.setHeader("content-type", "application/json");
    answer(response, calls.length);
  }).listen(0, "127.0.0.1");
  await once(stranger, "listening");
  url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  stranger.closeAllConnections();
  stranger.close();
});

function open(options: Partial<ClientOptions> = {}): KeepsakeClient {
  const client = createClient({ url, onDrop: () => {}, ...options });
  clients.push(client);
  return client;
}

const give = (json: unknown, meta?: object): string =>
  JSON.stringify({ result: { data: { json, ...(meta && { meta }) } } });

const failureOf = (call: Promise<unknown>): Promise<Error | null> =>
  call.then(
    () => null,
    (error: Error) => error,
  );

const CONTEXT = { system: "", tokens: 0, memories: [], earlier: [], tail: [], preferences: [] };
const begun = (context: object, more: object = {}) =>
  give({ interactionId: "i", cached: null, context: { ...CONTEXT, ...context }, degraded: [], ...more });

describe("an assistant goes on as without Keepsake", () => {
  const STRANGE: readonly [string, string][] = [
    ["nothing in place of a message", begun({ tail: [null] })],
    ["a message without words", begun({ tail: [{ role: "user" }] })],
    ["a message of nobody", begun({ tail: [{ content: "Hello", role: null }] })],
    ["nothing in place of a memory", begun({ memories: [null] })],
    ["a number in place of a message of before", begun({ earlier: [1] })],
    ["words in place of a preference", begun({ preferences: ["user.name"] })],
    ["nothing in place of what is missing", begun({}, { degraded: [null] })],
  ];

  test.each(STRANGE)("whose answer to `begin` holds %s", async (_what, body) => {
    answer = (response) => response.end(body);
    const generate = ollamaChat(new Ollama({ host: fake.url }), { model: "llama3.2" });
    const turn = await open().turn({ sessionId: "s", text: "Hello" }, generate);
    expect(turn).toMatchObject({ text: "You said: Hello", degraded: ["keepsake"] });
    expect(await turn.saved).toBe("queued");
  });

  test.each(STRANGE)("behind the AI SDK, whose answer to `begin` holds %s", async (_what, body) => {
    answer = (response) => response.end(body);
    const says: Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>> = {
      content: [{ type: "text", text: "Hi" }],
      finishReason: { unified: "stop", raw: undefined },
      usage: {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      },
      warnings: [],
    };
    const model = wrapLanguageModel({
      model: new MockLanguageModelV4({ doGenerate: says }),
      middleware: keepsakeMiddleware(open(), { sessionId: "s" }),
    });
    const { text, providerMetadata } = await generateText({ model, prompt: "Hello" });
    expect(text).toBe("Hi");
    expect(providerMetadata?.["keepsake"]).toMatchObject({ degraded: ["keepsake"] });
  });
});

describe("the search for an alias ends", () => {
  const lamp = { key: "entity_alias.lamp", value: { entity_id: "light.lamp" } };

  test.each([
    ["has no cursor", { items: [lamp] }],
    ["has a cursor that is none", { items: [lamp], nextCursor: 1 }],
    ["leads to itself", { items: [lamp], nextCursor: "again" }],
  ])("where a page %s", async (_what, page) => {
    answer = (response, call) => (call > 5 ? response.destroy() : response.end(give(page)));
    expect(await resolveAlias(open({ retries: 0 }), "lamp")).toMatchObject({ entityId: "light.lamp" });
    expect(called.length).toBeLessThan(3);
  });
});

describe("a server that asks for a pause", () => {
  const busy = (retryAfter: string, times = Number.POSITIVE_INFINITY): Answer => {
    const data = { code: "X", httpStatus: 503, reason: "OVERLOADED", requestId: "r" };
    const body = JSON.stringify({ error: { json: { message: "Busy.", code: -32_000, data } } });
    return (response, call) => {
      if (call > times) response.end(begun({}));
      else response.writeHead(503, { "retry-after": retryAfter }).end(body);
    };
  };
  const begins = () => called.filter((procedure) => procedure === "conversation.begin").length;

  test.each([
    ["beyond what timers take", "99999999999"],
    ["beyond all numbers", "9".repeat(400)],
    ["longer than the turn may wait", "600"],
  ])("%s is left alone, and the turn goes on at once", async (_what, retryAfter) => {
    answer = busy(retryAfter);
    const startedMs = performance.now();
    const turn = await open().turn({ sessionId: "s", text: "Hello" }, () => "Hi", { timeoutMs: 60_000 });
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(turn).toMatchObject({ text: "Hi", degraded: ["keepsake"] });
    expect(errorReason(turn.failure)).toBe("OVERLOADED");
    expect(begins()).toBe(1);
    expect(errorReason(await failureOf(open().memory.stats.query()))).toBe("OVERLOADED");
    expect(called.filter((procedure) => procedure === "memory.stats")).toHaveLength(1);
  });

  test("that fits is asked again after it", async () => {
    answer = busy("1", 1);
    const startedMs = performance.now();
    const turn = await open().turn({ sessionId: "s", text: "Hello" }, () => "Hi", { timeoutMs: 60_000 });
    expect(performance.now() - startedMs).toBeGreaterThan(999);
    expect(turn.failure).toBeNull();
    expect(begins()).toBe(2);
  });
});

describe("an answer", () => {
  test("without an end is given up like any that nobody can read", async () => {
    let sentMib = 0;
    answer = async (response) => {
      response.write('{"result":{"data":{"json":"');
      for (; !response.destroyed; sentMib++) {
        response.write("x".repeat(MIB));
        await sleep(5);
      }
    };
    const error = await failureOf(open({ timeoutMs: 30_000 }).memory.stats.query());
    expect(error?.cause).toMatchObject({ name: "LongAnswerError" });
    expect([errorReason(error), isUnreachable(error)]).toEqual([null, true]);
    expect(called).toEqual(["memory.stats"]);
    expect(sentMib).toBeLessThan(200);
  });

  test("without an end does not hold a turn", async () => {
    const endless = "x".repeat(20 * MIB);
    answer = (response) => response.end(endless);
    const turn = await open().turn({ sessionId: "s", text: "Hello" }, () => "Hi", { timeoutMs: 30_000 });
    expect(turn).toMatchObject({ text: "Hi", degraded: ["keepsake"] });
    expect(turn.failure).toMatchObject({ cause: { name: "LongAnswerError" } });
  });

  test("that is packed small counts as it is unpacked", async () => {
    const packed = gzipSync(Buffer.concat([Buffer.alloc(32 * MIB, " "), Buffer.from(give({ active: 1 }))]));
    answer = (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    const error = await failureOf(open().memory.stats.query());
    expect(error?.cause).toMatchObject({ name: "LongAnswerError" });
  });

  test("of seven of the longest pages is read", async () => {
    answer = (response) => response.end(give({ text: "x".repeat(14 * MIB) }));
    const read = (await open().memory.stats.query()) as unknown as { text: string };
    expect(read.text).toHaveLength(14 * MIB);
  });

  test("says nothing of values that are one: its own JSON tells them, and its dates are dates", async () => {
    const createdAt = "2020-02-29T12:34:56.789Z";
    // Each level holds the next one twice: written out, twenty of them are a million values.
    const levels = Array.from({ length: 20 }, (_, level) => Array.from({ length: level + 1 }, () => "a").join("."));
    const nested = levels.reduceRight<object>((inner) => ({ a: inner, b: null }), {});
    const referentialEqualities = Object.fromEntries(levels.map((at) => [at, [at.replace(/a$/, "b")]]));
    const values = { createdAt: ["Date"] };
    answer = (response) => response.end(give({ ...nested, createdAt }, { values, referentialEqualities, v: 1 }));
    const read: unknown = await open().memory.stats.query();
    expect(JSON.stringify(read)).toBe(JSON.stringify({ ...nested, createdAt }));
    expect(read).toMatchObject({ createdAt: new Date(createdAt), b: null });
  });
});
