import { Ollama } from "ollama";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeOllama, startFakeOllama, toFakeVector } from "../testing/index.ts";

let fake: FakeOllama;
let client: Ollama;

beforeAll(async () => {
  fake = await startFakeOllama();
  client = new Ollama({ host: fake.url });
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.setFault(null);
  fake.requests.length = 0;
});

const similarity = (left: string, right: string): number => {
  const other = toFakeVector(right);
  return toFakeVector(left).reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
};
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${fake.url}${path}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
const answerOf = async (response: Promise<Response>) => ({
  status: (await response).status,
  body: await (await response).json(),
});

describe("the fake Ollama's vectors", () => {
  it("are unit vectors of 768 numbers, the same in every run", () => {
    expect(toFakeVector("tea")).toHaveLength(768);
    expect(Math.hypot(...toFakeVector("any text at all"))).toBeCloseTo(1, 9);
    expect(toFakeVector("tea")).toEqual(toFakeVector("tea"));
    expect(toFakeVector("tea")[0]).toBeCloseTo(0.0503, 4);
  });

  it.each([
    ["turn on the kitchen light", "włącz światło w kuchni"],
    ["the lamp in the bedroom", "lampa w sypialni"],
    ["heating in the bathroom", "ogrzewanie w łazience"],
    ["I like coffee in the morning", "lubię kawę rano"],
    ["wake me up", "budzik"],
    ["kitchen lights", "the light of the kitchen"],
    ["ŻÓŁTY KOT", "zolty kot"],
  ])("put %j near %j", (left, right) => expect(similarity(left, right)).toBeGreaterThan(0.5));

  it.each([
    ["turn on the kitchen light", "the bank changed its interest rates"],
    ["kawa z mlekiem", "wymiana opon w samochodzie"],
    ["what is the name of the dog", "what is the colour of the sky"],
  ])("put %j far from %j", (left, right) => expect(similarity(left, right)).toBeLessThan(0.35));

  it("are moved by a prefix, but little", () => {
    const both = similarity("search_query: my dog", "search_document: my dog");
    expect(both).toBeLessThan(0.995);
    expect(both).toBeGreaterThan(0.95);
  });
});

describe("the fake Ollama's protocol", () => {
  it("embeds a string or a list, in order, with the fields of the real answer", async () => {
    const answer = await client.embed({ model: "nomic-embed-text", input: ["b", "a"], keep_alive: "1h" });
    expect(Object.keys(answer)).toEqual([
      "model",
      "embeddings",
      "total_duration",
      "load_duration",
      "prompt_eval_count",
    ]);
    const single = await client.embed({ model: "nomic-embed-text:latest", input: "a" });
    expect(answer.embeddings[1]).toEqual(single.embeddings[0]);
  });

  it("answers no input with no vectors, and an empty string in a list with one", async () => {
    for (const input of ["", []]) {
      expect(await answerOf(post("/api/embed", { model: "nomic-embed-text", input }))).toEqual({
        status: 200,
        body: { model: "nomic-embed-text", embeddings: [] },
      });
    }
    expect((await client.embed({ model: "nomic-embed-text", input: [""] })).embeddings).toHaveLength(1);
  });

  it("cuts to `dimensions` by slicing and scaling, without layer normalisation", async () => {
    const { embeddings } = await client.embed({ model: "nomic-embed-text", input: "tea", dimensions: 64 });
    const sliced = toFakeVector("tea").slice(0, 64);
    expect(embeddings[0]?.[5]).toBeCloseTo((sliced[5] ?? 0) / Math.hypot(...sliced), 9);
  });

  it("cuts what is too long unless told not to", async () => {
    const input = "word ".repeat(5_000);
    expect((await answerOf(post("/api/embed", { model: "nomic-embed-text", input }))).status).toBe(200);
    expect(await answerOf(post("/api/embed", { model: "nomic-embed-text", input, truncate: false }))).toEqual({
      status: 400,
      body: { error: "the input length exceeds the context length" },
    });
  });

  it.each([
    ["/api/embed", { model: "x", input: "a" }, 404, 'model "x" not found, try pulling it first'],
    ["/api/embed", { model: "nomic-embed-text", input: 7 }, 400, "invalid input type"],
    [
      "/api/embed",
      { model: "nomic-embed-text", input: "a", keep_alive: "-1" },
      400,
      'time: missing unit in duration "-1"',
    ],
    ["/api/embed", "", 400, "missing request body"],
    ["/api/show", { model: "x" }, 404, "model 'x' not found"],
    ["/api/chat", { model: "x", messages: [] }, 404, "model 'x' not found"],
  ])("refuses %s %j as the real one does", async (path, body, status, error) => {
    expect(await answerOf(post(path, body))).toEqual({ status, body: { error } });
  });

  it("says that it runs, its version and its models", async () => {
    expect(await (await fetch(fake.url)).text()).toBe("Ollama is running");
    expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+-fake$/);
    expect((await client.list()).models.map(({ name }) => name)).toEqual([
      "nomic-embed-text:latest",
      "llama3.2:latest",
    ]);
    expect((await client.show({ model: "nomic-embed-text" })).capabilities).toEqual(["embedding"]);
    expect((await fetch(`${fake.url}/api/nothing`)).status).toBe(404);
  });

  it("chats in one piece or word by word", async () => {
    const request = { model: "llama3.2", messages: [{ role: "user", content: "good morning to you" }] };
    const whole = await client.chat({ ...request, stream: false });
    expect(whole).toMatchObject({
      message: { content: "You said: good morning to you" },
      done: true,
      done_reason: "stop",
    });
    const parts: string[] = [];
    for await (const part of await client.chat({ ...request, stream: true })) parts.push(part.message.content);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.join("")).toBe("You said: good morning to you");
  });

  it("answers chats by a function when it is given one", async () => {
    await using own = await startFakeOllama({ chat: ({ model, messages }) => `${model}: ${messages.length}` });
    const { message } = await new Ollama({ host: own.url }).chat({
      model: "llama3.2",
      messages: [{ role: "user", content: "?" }],
    });
    expect(message.content).toBe("llama3.2: 1");
  });

  it("records requests, and ends a fault after as many as were ordered", async () => {
    fake.setFault({ kind: "status", status: 503, times: 1 });
    const statuses = [];
    for (let i = 0; i < 2; i++)
      statuses.push((await post("/api/embed", { model: "nomic-embed-text", input: ["a", "b"] })).status);
    expect(statuses).toEqual([503, 200]);
    expect(fake.embedInputs()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });
});
