import { generateText, isStepCount, type LanguageModel, streamText, tool, wrapLanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { type KeepsakeMiddlewareOptions, keepsakeMiddleware } from "../src/ai-sdk.ts";
import { createClient, type KeepsakeClient } from "../src/index.ts";
import { type FaultyProxy, startFaultyProxy } from "./_faulty-proxy.ts";

type DoGenerate = MockLanguageModelV4["doGenerate"];
type GenerateResult = Awaited<ReturnType<DoGenerate>>;
type DoStream = MockLanguageModelV4["doStream"];
type StreamPart = Awaited<ReturnType<DoStream>>["stream"] extends ReadableStream<infer Part> ? Part : never;

const usage: GenerateResult["usage"] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

const says = (text: string, unified: GenerateResult["finishReason"]["unified"] = "stop"): GenerateResult => ({
  content: [{ type: "text", text }],
  finishReason: { unified, raw: undefined },
  usage,
  warnings: [],
});

const callsTool = (text: string): GenerateResult => ({
  ...says(text, "tool-calls"),
  content: [
    { type: "text", text },
    { type: "tool-call", toolCallId: "call-1", toolName: "light", input: '{"room":"hall"}' },
  ],
});

const streams = (...pieces: string[]): Awaited<ReturnType<DoStream>> => ({
  stream: ReadableStream.from<StreamPart>([
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "1" },
    ...pieces.map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
    { type: "text-end", id: "1" },
    { type: "finish", usage, finishReason: { unified: "stop", raw: undefined } },
  ]),
});

let server: TestServer;
let proxy: FaultyProxy;
let keepsake: KeepsakeClient;
let users = 0;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startFaultyProxy(server.url);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  users += 1;
  proxy.calls.length = 0;
  keepsake = createClient({ url: proxy.url, userId: `user-${users}`, turnTimeoutMs: 10_000 });
});
afterEach(async () => {
  proxy.setFault(null);
  await keepsake.flush(5_000);
  keepsake.close();
});

const remembering = (
  model: MockLanguageModelV4,
  options: KeepsakeMiddlewareOptions = { sessionId: "s" },
): LanguageModel => wrapLanguageModel({ model, middleware: keepsakeMiddleware(keepsake, options) });

async function historyOf(sessionId = "s", userId = `user-${users}`): Promise<string[]> {
  await keepsake.flush(5_000);
  const { items } = await server.clientOf(userId).conversation.history.query({ sessionId });
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
const cached = {
  id: "c",
  response: "Paris.",
  match: "exact",
  similarity: 1,
  because: "It was asked in the same words.",
};
const begins = (fields: object) =>
  ({ kind: "changed", to: ["conversation.begin"], change: (data: object) => ({ ...data, ...fields }) }) as const;
const lastCompletion = () => proxy.calls.findLast(({ procedure }) => procedure === "conversation.complete")?.input;

describe("a model of the AI SDK with a memory", () => {
  test("answers as it does, and both sides are kept", async () => {
    const model = new MockLanguageModelV4({ doGenerate: says("With Ann.") });
    const {
      text,
      providerMetadata,
      usage: used,
    } = await generateText({
      model: remembering(model),
      prompt: "Who has the key?",
      providerOptions: { keepsake: { sessionId: "hall", language: "en", cacheable: true } },
    });
    expect(text).toBe("With Ann.");
    expect(used.outputTokens).toBe(1);
    expect(await historyOf("hall")).toEqual(["user: Who has the key?", "assistant: With Ann."]);
    const { interactionId } = (await server.clientOf(`user-${users}`).conversation.history.query({ sessionId: "hall" }))
      .items[0] ?? { interactionId: "" };
    expect(providerMetadata?.["keepsake"]).toEqual({ interactionId, cached: null, degraded: ["embeddings"] });
    expect(proxy.calls[0]?.input).toMatchObject({ language: "en" });
    expect(lastCompletion()).toMatchObject({ cacheable: true });
  });

  test("streams as it does, and the whole is kept at the end", async () => {
    const model = new MockLanguageModelV4({ doStream: streams("With", " Ann.") });
    const result = streamText({ model: remembering(model), prompt: "Who has the key?" });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces).toEqual(["With", " Ann."]);
    expect((await result.providerMetadata)?.["keepsake"]).toMatchObject({ cached: null, degraded: ["embeddings"] });
    expect(await historyOf()).toEqual(["user: Who has the key?", "assistant: With Ann."]);
  });

  test("is given what Keepsake knows: behind the gateway's own system text, and the talk so far if it has none", async () => {
    proxy.setFault(begins({ context }));
    const model = new MockLanguageModelV4({ doGenerate: says("With Ann.") });
    await generateText({ model: remembering(model), instructions: "Be brief.", prompt: "Who has the key?" });
    await generateText({
      model: remembering(model),
      messages: [
        { role: "user", content: "Good morning" },
        { role: "assistant", content: "Good morning!" },
        { role: "user", content: "Who has the key?" },
      ],
    });
    const said = model.doGenerateCalls.map(({ prompt }) =>
      prompt.map(({ role, content }) => [
        role,
        typeof content === "string" ? content : content.map((part) => "text" in part && part.text).join(),
      ]),
    );
    expect(said).toEqual([
      [
        ["system", "Be brief.\n\nYou remember: the key is with Ann."],
        ["user", "Hello"],
        ["assistant", "Hi"],
        ["user", "Who has the key?"],
      ],
      [
        ["system", "You remember: the key is with Ann."],
        ["user", "Good morning"],
        ["assistant", "Good morning!"],
        ["user", "Who has the key?"],
      ],
    ]);
  });

  test("is not asked where there is an answer of before, streamed or not", async () => {
    proxy.setFault(begins({ cached }));
    const model = new MockLanguageModelV4({ doGenerate: says("no"), doStream: streams("no") });
    const { text, providerMetadata } = await generateText({
      model: remembering(model),
      prompt: "The capital of France?",
    });
    expect(text).toBe("Paris.");
    expect(providerMetadata?.["keepsake"]).toMatchObject({ cached: { match: "exact", because: cached.because } });
    const result = streamText({ model: remembering(model), prompt: "The capital of France?" });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces).toEqual(["Paris."]);
    expect(await result.finishReason).toBe("stop");
    expect((await result.usage).totalTokens).toBe(0);
    expect([...model.doGenerateCalls, ...model.doStreamCalls]).toEqual([]);
    expect(lastCompletion()).toBeUndefined();
  });

  test("that uses tools takes one turn, whose answer is never cached", async () => {
    const answers = [callsTool("I look. "), says("The light is on.")];
    const model = new MockLanguageModelV4({ doGenerate: async () => answers.shift() ?? says("too much") });
    const light = tool({ inputSchema: z.object({ room: z.string() }), execute: async () => "on" });
    proxy.setFault(begins({ context }));
    const { text } = await generateText({
      model: remembering(model),
      prompt: "Is the light on?",
      tools: { light },
      stopWhen: isStepCount(5),
      providerOptions: { keepsake: { cacheable: true } },
    });
    expect(text).toBe("The light is on.");
    expect(await historyOf()).toEqual(["user: Is the light on?", "assistant: I look. The light is on."]);
    expect(lastCompletion()).toMatchObject({ cacheable: false });
    for (const { prompt } of model.doGenerateCalls)
      expect(prompt[0]).toMatchObject({ role: "system", content: context.system });
  });

  test("that fails is tried again within the same turn", async () => {
    let calls = 0;
    const fail = () => {
      calls += 1;
      if (calls % 2 === 1)
        throw Object.assign(new Error("busy"), {
          name: "AI_APICallError",
          isRetryable: true,
          [Symbol.for("vercel.ai.error")]: true,
          [Symbol.for("vercel.ai.error.AI_APICallError")]: true,
        });
    };
    const model = new MockLanguageModelV4({
      doGenerate: async () => {
        fail();
        return says("At last.");
      },
      doStream: async () => {
        fail();
        return streams("At last.");
      },
    });
    expect((await generateText({ model: remembering(model), prompt: "Hello" })).text).toBe("At last.");
    expect(await streamText({ model: remembering(model), prompt: "Hello again" }).text).toBe("At last.");
    expect(calls).toBe(4);
    expect(await historyOf()).toEqual([
      "user: Hello",
      "assistant: At last.",
      "user: Hello again",
      "assistant: At last.",
    ]);
  });

  test("that fails for good leaves its question and its own error", async () => {
    const model = new MockLanguageModelV4({ doGenerate: () => Promise.reject(new Error("out of memory")) });
    await expect(generateText({ model: remembering(model), prompt: "Hello" })).rejects.toThrow("out of memory");
    expect(await historyOf()).toEqual(["user: Hello"]);
  });

  test("whose reader leaves keeps what was read", async () => {
    const controller = new AbortController();
    const model = new MockLanguageModelV4({
      doStream: async ({ abortSignal }) => ({
        stream: new ReadableStream<StreamPart>({
          start: (parts) => {
            parts.enqueue({ type: "text-start", id: "1" });
            parts.enqueue({ type: "text-delta", id: "1", delta: "Once upon" });
            abortSignal?.addEventListener("abort", () => parts.error(abortSignal.reason));
          },
        }),
      }),
    });
    const { signal } = controller;
    const result = streamText({ model: remembering(model), prompt: "Tell me a story", abortSignal: signal });
    for await (const piece of result.textStream) {
      expect(piece).toBe("Once upon");
      controller.abort();
    }
    expect(await historyOf()).toEqual(["user: Tell me a story", "assistant: Once upon"]);
    expect(lastCompletion()).toMatchObject({ cacheable: false, metadata: { aborted: true } });
  });

  test("answers without Keepsake too", async () => {
    proxy.setFault({ kind: "reset" });
    const model = new MockLanguageModelV4({ doGenerate: says("Hi"), doStream: streams("Hi") });
    const { text, providerMetadata } = await generateText({ model: remembering(model), prompt: "Hello" });
    expect(text).toBe("Hi");
    expect(providerMetadata?.["keepsake"]).toMatchObject({ degraded: ["keepsake"] });
    expect(await streamText({ model: remembering(model), prompt: "Bye" }).text).toBe("Hi");
    proxy.setFault(null);
    expect(await historyOf()).toEqual(["user: Hello", "assistant: Hi", "user: Bye", "assistant: Hi"]);
  });

  test("speaks for the user, and in the session, that a call or a function names", async () => {
    const clientOf = (userId: string) => createClient({ url: proxy.url, userId, turnTimeoutMs: 10_000 });
    const model = new MockLanguageModelV4({ doGenerate: says("Hi") });
    const options: KeepsakeMiddlewareOptions = {
      clientOf,
      describeCall: ({ headers }) => ({ sessionId: headers?.["x-room"] ?? "s" }),
    };
    await generateText({
      model: remembering(model, options),
      prompt: "Hello",
      headers: { "x-room": "attic" },
      providerOptions: { keepsake: { userId: "jan@home" } },
    });
    await server.clientOf("jan@home").flush(1_000);
    expect((await historyOf("attic", "jan@home"))[0]).toBe("user: Hello");
    expect(await historyOf("attic")).toEqual([]);
  });

  test("is left alone where a call is not to be remembered or says no words", async () => {
    const model = new MockLanguageModelV4({ doGenerate: says("A title") });
    await generateText({ model: remembering(model), prompt: "Title?", providerOptions: { keepsake: { off: true } } });
    const image = [{ type: "file" as const, data: new Uint8Array([1]), mediaType: "image/png" }];
    await generateText({ model: remembering(model), messages: [{ role: "user", content: image }] });
    expect(proxy.calls).toEqual([]);
  });

  test("asks for a session", async () => {
    const model = new MockLanguageModelV4({ doGenerate: says("Hi") });
    await expect(generateText({ model: remembering(model, {}), prompt: "Hello" })).rejects.toThrow("Name the session");
  });
});
