import { PAGE_BYTES_MAX } from "@keepsake/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// 32,768 characters of three bytes each: a page of 200 would be 20 MB.

const ROWS = 40;
const longText = (what: string, at: number) => `${what} ${at} ${"漢字".repeat(16_300)}`;
/** What an answer holds besides its items, and what JSON's other way to write them costs. */
const AROUND_ITEMS = 1.1;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { memory, conversation, preferences, cache, training } = server.client;
  for (let at = 0; at < ROWS; at += 1) {
    await memory.add.mutate({ content: longText("memory", at), tags: ["large"] });
    await conversation.append.mutate({ sessionId: "s", role: "user", content: longText("message", at) });
    await preferences.set.mutate({ key: `large.${at}`, value: { text: "字".repeat(21_000) } });
    await cache.store.mutate({ text: longText("question", at), response: longText("answer", at) });
    await training.add.mutate({ inputText: longText("in", at), outputText: longText("out", at) });
    await preferences.set.mutate({ key: "changing", value: { at, text: "字".repeat(21_000) } });
  }
}, 180_000);
afterAll(() => server[Symbol.asyncDispose]());

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

async function ask<T>(path: string, input: object): Promise<{ answer: T; bytes: number }> {
  const response = await server.post(`/${path}`, input);
  expect(response.status).toBe(200);
  const text = await response.text();
  return { answer: JSON.parse(text) as T, bytes: Buffer.byteLength(text) };
}

describe("a list", () => {
  test.each([
    ["memory/list", {}, "id"],
    ["conversation/history", { sessionId: "s" }, "id"],
    ["preferences/list", { keyPrefix: "large." }, "key"],
    ["preferences/history", { key: "changing" }, "version"],
    ["cache/list", {}, "id"],
    ["training/list", {}, "id"],
  ])("of large rows at %s ends its pages at 2 MiB, and gives each row once", async (path, input, name) => {
    const seen: unknown[] = [];
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { answer: Page; bytes: number } = await ask<Page>(path, {
        ...input,
        limit: 200,
        ...(cursor !== "" && { cursor }),
      });
      expect(page.bytes).toBeLessThan(PAGE_BYTES_MAX * AROUND_ITEMS);
      seen.push(...page.answer.items.map((item) => item[name]));
      cursor = page.answer.nextCursor;
      pages += 1;
    }
    expect(seen).toHaveLength(ROWS);
    expect(new Set(seen).size).toBe(ROWS);
    expect(pages).toBeGreaterThan(1);
  });
});

describe("a search", () => {
  test.each([
    ["memory/search", { query: "memory", limit: 100 }],
    ["conversation/search", { query: "message", limit: 100, around: 0 }],
    ["conversation/search", { query: "message", limit: 100, around: 5 }],
  ])("at %s with %j leaves the last hits out and says so", async (path, input) => {
    const { answer, bytes } = await ask<{ hits: { score: number }[]; degraded: string[] }>(path, input);
    expect(bytes).toBeLessThan(PAGE_BYTES_MAX * AROUND_ITEMS);
    expect(answer.hits.length).toBeGreaterThan(0);
    expect(answer.degraded).toContain("size");
    const small = await ask<{ hits: { score: number }[]; degraded: string[] }>(path, {
      ...input,
      limit: 1,
      around: undefined,
    });
    expect(small.answer.degraded).not.toContain("size");
    expect(small.answer.hits).toHaveLength(1);
  });
});

test("many preferences that are too large together are refused, and said how many fit", async () => {
  const keys = Array.from({ length: ROWS }, (_, at) => `large.${at}`);
  const refused = await server.post("/preferences/getMany", { keys });
  expect(refused.status).toBe(413);
  const fitting = Number(/the first (\d+) fit/.exec(await refused.text())?.[1]);
  expect(fitting).toBeGreaterThan(1);
  const { answer, bytes } = await ask<Page>("preferences/getMany", { keys: keys.slice(0, fitting) });
  expect(answer.items.map(({ key }) => key)).toEqual(keys.slice(0, fitting));
  expect(bytes).toBeLessThan(PAGE_BYTES_MAX * AROUND_ITEMS);
  expect((await server.post("/preferences/getMany", { keys: keys.slice(0, fitting + 1) })).status).toBe(413);
});
