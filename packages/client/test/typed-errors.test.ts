import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { createClient, errorReason, inputIssues, requestId } from "../src/index.ts";

const UNKNOWN_ID = "0192f0c1-2345-7abc-8def-0123456789ab";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function failureOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("The call did not fail.");
}

describe("a failed call", () => {
  test("has the server's reason and the request's id", async () => {
    const error = await failureOf(server.client.memory.get.query({ id: UNKNOWN_ID }));
    expect(errorReason(error)).toBe("MEMORY_NOT_FOUND");
    expect(requestId(error)).toMatch(/^[0-9a-f-]{36}$/);
    expect(inputIssues(error)).toEqual([]);
  });

  test("names every field that is wrong, with what would be right", async () => {
    const items = [{ content: "kept" }, { content: " ", importance: 2 }];
    const error = await failureOf(server.client.memory.addMany.mutate({ items }));
    expect(errorReason(error)).toBe("INVALID_INPUT");
    expect(inputIssues(error)).toEqual([
      { path: "items.1.content", message: "must not be empty" },
      { path: "items.1.importance", message: "must be from 0 to 1" },
    ]);
    expect(error.message).toContain('"items.1.content" must not be empty');
  });

  test("says that a user id cannot be one", async () => {
    const error = await failureOf(server.clientOf("not a user").memory.stats.query());
    expect(errorReason(error)).toBe("INVALID_INPUT");
    expect(inputIssues(error)).toMatchObject([{ path: "x-keepsake-user" }]);
  });

  test("has no reason when nobody answers, or somebody else", async () => {
    const nobody = await failureOf(createClient({ url: "http://127.0.0.1:1" }).memory.stats.query());
    expect([errorReason(nobody), requestId(nobody), inputIssues(nobody)]).toEqual([null, null, []]);
    await using stranger = await listen((_request, response) => response.end("<html>It works!</html>"));
    const error = await failureOf(createClient({ url: stranger.url }).memory.stats.query());
    expect(errorReason(error)).toBeNull();
  });

  test("is of no reason when it is no call at all", () => {
    for (const thing of [new Error("MEMORY_NOT_FOUND"), { data: { reason: "MEMORY_NOT_FOUND" } }, null, undefined]) {
      expect(errorReason(thing)).toBeNull();
    }
  });
});

describe("a call", () => {
  test("brings dates as dates, there and back", async () => {
    const validFrom = new Date("2020-02-29T12:34:56.789Z");
    const expiresAt = "2099-01-01T00:00:00+01:00";
    const { id } = await server.client.memory.add.mutate({ content: "Leap days are dates too.", validFrom, expiresAt });
    const memory = await server.client.memory.get.query({ id });
    expect(memory.validFrom).toEqual(validFrom);
    expect(memory.expiresAt).toEqual(new Date(expiresAt));
    expect(memory.createdAt).toBeInstanceOf(Date);
    expect(memory.validTo).toBeNull();
  });

  test("ends when the server takes longer than it may", async () => {
    await using silent = await listen(() => {});
    const client = createClient({ url: silent.url, timeoutMs: 100 });
    const startedMs = performance.now();
    const error = await failureOf(client.memory.stats.query());
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(errorReason(error)).toBeNull();
    expect(error.cause).toMatchObject({ name: "TimeoutError" });
  });

  test("ends when its caller gives up", async () => {
    await using silent = await listen(() => {});
    const controller = new AbortController();
    const { signal } = controller;
    const call = failureOf(createClient({ url: silent.url }).memory.search.query({ query: "tea" }, { signal }));
    controller.abort();
    expect((await call).cause).toMatchObject({ name: "AbortError" });
  });

  test("reaches the memories of its own user alone", async () => {
    const ola = server.clientOf("ola");
    const jan = server.clientOf("jan@home");
    const { id } = await ola.memory.add.mutate({ content: "Ola hides the biscuits behind the flour." });
    expect(await jan.memory.search.query({ query: "biscuits" })).toMatchObject({ hits: [] });
    expect(errorReason(await failureOf(jan.memory.forget.mutate({ id })))).toBe("MEMORY_NOT_FOUND");
    expect(await ola.memory.search.query({ query: "biscuits" })).toMatchObject({ hits: [{ id }] });
  });

  test("keeps the path behind which a proxy serves Keepsake, and keeps texts out of the address", async () => {
    const asked: string[] = [];
    await using proxy = await listen((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end();
    });
    await failureOf(createClient({ url: `${proxy.url}/keepsake` }).memory.search.query({ query: "a secret" }));
    expect(asked).toEqual(["POST /keepsake/trpc/memory.search"]);
  });

  test("cannot be made to an address that is none", () => {
    expect(() => createClient({ url: "not an address" })).toThrow(TypeError);
  });
});

async function listen(answer: Parameters<typeof createServer>[1]): Promise<{ url: string } & AsyncDisposable> {
  const stub = createServer(answer).listen(0, "127.0.0.1");
  await once(stub, "listening");
  const { port } = stub.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      stub.closeAllConnections();
      stub.close();
    },
  };
}
