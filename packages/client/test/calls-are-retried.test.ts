import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../apps/api/test/_keepsake-server.ts";
import { WITHOUT_KEY } from "../src/calls/call-key.ts";
import { createClient, errorReason, type KeepsakeClient } from "../src/index.ts";
import { type Fault, type FaultyProxy, startFaultyProxy } from "./_faulty-proxy.ts";

let server: TestServer;
let proxy: FaultyProxy;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startFaultyProxy(server.url);
});
afterEach(() => proxy.setFault(null));
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const PATIENT_MS = 300_000;
let users = 0;
/** A client through the proxy, for a user of its own; and the calls that it makes. */
function newClient(options: { retries?: number; timeoutMs?: number } = {}) {
  const userId = `user-${++users}`;
  const client = createClient({ url: proxy.url, userId, timeoutMs: PATIENT_MS, ...options });
  return { client, calls: () => proxy.calls.filter((call) => call.userId === userId) };
}
const say = (client: KeepsakeClient, more: object = {}) =>
  client.conversation.append.mutate({ sessionId: "s", role: "user", content: "Hello", ...more });
const heard = async (client: KeepsakeClient) =>
  (await client.conversation.history.query({ sessionId: "s" })).items.length;
const keysOf = (calls: readonly { input: Record<string, unknown> }[]) =>
  new Set(calls.map(({ input }) => input["idempotencyKey"]));

/** An answer in our own form, as a server that is busy gives it. */
function busy(httpStatus: number, reason: string, retryAfter?: string): Fault {
  const data = { code: "X", httpStatus, reason, requestId: "r" };
  const body = JSON.stringify({ error: { json: { message: "Busy.", code: -32_000, data } } });
  const headers = { "content-type": "application/json", ...(retryAfter && { "retry-after": retryAfter }) };
  return { kind: "answer", status: httpStatus, body, headers };
}

const PASSING: readonly [string, Fault][] = [
  ["whose answer is lost", { kind: "lost" }],
  ["that never arrives", { kind: "reset" }],
  ["whose answer breaks off", { kind: "half" }],
  ["that meets a server without its database", busy(503, "DATABASE_UNAVAILABLE")],
  ["that comes too often", busy(429, "RATE_LIMITED")],
  ["that a proxy answers while its server is away", { kind: "answer", status: 502, body: "<h1>Bad Gateway</h1>" }],
];

describe.each(PASSING)("a write %s", (_name, fault) => {
  test("is sent again with the same key, and happens once", async () => {
    const { client, calls } = newClient();
    proxy.setFault({ ...fault, times: 2 });
    const { id } = await say(client);
    expect(calls()).toHaveLength(3);
    expect(keysOf(calls()).size).toBe(1);
    expect([...keysOf(calls())][0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const { items } = await client.conversation.history.query({ sessionId: "s" });
    expect(items.map((item) => item.id)).toEqual([id]);
  });
});

describe("a call", () => {
  test("that fails for good is not sent again", async () => {
    const { client, calls } = newClient();
    const id = "0192f0c1-2345-7abc-8def-0123456789ab";
    expect(await client.memory.forget.mutate({ id }).then(() => null, errorReason)).toBe("MEMORY_NOT_FOUND");
    expect(await say(client, { content: " " }).then(() => null, errorReason)).toBe("INVALID_INPUT");
    proxy.setFault({ kind: "answer", status: 404, body: "<h1>Not Found</h1>" });
    expect(await heard(client).then(() => "heard", errorReason)).toBeNull();
    proxy.setFault({ kind: "answer", status: 200, body: "<h1>It works!</h1>" });
    expect(await heard(client).then(() => "heard", errorReason)).toBeNull();
    expect(calls()).toHaveLength(4);
  });

  test("that reads is sent again too, and two writes have two keys", async () => {
    const { client, calls } = newClient();
    await say(client);
    await say(client);
    proxy.setFault({ kind: "lost", times: 1 });
    expect(await heard(client)).toBe(2);
    expect(calls()).toHaveLength(4);
    expect(keysOf(calls()).size).toBe(3);
  });

  test("keeps the key that its caller gave it, and one without any input gets one", async () => {
    const { client, calls } = newClient();
    await say(client, { idempotencyKey: "mine" });
    await client.cache.clear.mutate();
    await client.cache.lookup.mutate({ text: "Is it?" });
    const [first, second, third] = calls().map(({ input }) => input["idempotencyKey"]);
    expect([first, typeof second, third]).toEqual(["mine", "string", undefined]);
  });

  test("waits as long as the server asks, if there is time, and fails at once if there is none", async () => {
    const patient = newClient();
    proxy.setFault({ ...busy(503, "OVERLOADED", "1"), times: 1 });
    const startedMs = performance.now();
    await say(patient.client);
    expect(performance.now() - startedMs).toBeGreaterThan(999);
    const hasty = newClient();
    proxy.setFault(busy(503, "OVERLOADED", "1000"));
    expect(await say(hasty.client).then(() => null, errorReason)).toBe("OVERLOADED");
    expect(hasty.calls()).toHaveLength(1);
  });

  test("ends within its time with all its tries, and while it waits when its caller gives up", async () => {
    const { client } = newClient({ timeoutMs: 300 });
    proxy.setFault({ kind: "silent" });
    const late = await heard(client).then(
      () => null,
      (error: Error) => error,
    );
    expect(late?.cause).toMatchObject({ name: "TimeoutError" });
    const { client: patient, calls } = newClient();
    proxy.setFault(busy(503, "OVERLOADED", "200"));
    const stop = new AbortController();
    const call = patient.conversation.sessions.query({}, { signal: stop.signal }).then(() => null, errorReason);
    while (calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    expect(await call).toBe("OVERLOADED");
    expect(calls()).toHaveLength(1);
  });

  test("is tried once where no retries are wanted, and five times otherwise", async () => {
    const once = newClient({ retries: 0 });
    proxy.setFault({ kind: "reset" });
    expect(await say(once.client).then(() => "said", errorReason)).toBeNull();
    expect(once.calls()).toHaveLength(1);
    const often = newClient();
    expect(await say(often.client).then(() => "said", errorReason)).toBeNull();
    expect(often.calls()).toHaveLength(5);
  });

  test("of many that fail is soon not tried again, so that a server that comes back is not run over", async () => {
    const { client, calls } = newClient();
    proxy.setFault({ kind: "reset" });
    await Promise.allSettled(Array.from({ length: 50 }, () => heard(client)));
    // Fifty first tries, and the retries that were saved up.
    expect(calls()).toHaveLength(70);
  });
});

test("every mutation of the contract takes a key, but those that the client sends without one", async () => {
  const file = new URL("../../contract/contract.json", import.meta.url);
  const { procedures: contract } = JSON.parse(await readFile(file, "utf8")) as {
    procedures: Record<string, { type: string; input: object }>;
  };
  const without = Object.entries(contract).filter(
    ([, { type, input }]) => type === "mutation" && !JSON.stringify(input).includes('"idempotencyKey"'),
  );
  expect(without.map(([path]) => path)).toEqual(WITHOUT_KEY);
});
