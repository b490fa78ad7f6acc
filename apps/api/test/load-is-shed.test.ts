import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";
import { openSocket, readToEnd } from "./_raw-http.ts";

// A model that does not answer holds every search up, for as long as a test wants.

const CALLS_AT_ONCE = 40;
const LIMITS = {
  callsPerSecond: 500,
  callsPerMinute: 30_000,
  callsAtOnceMax: CALLS_AT_ONCE,
  eventLoopDelayMsMax: 60_000,
  connectionsMax: 4_096,
};
const HELD_MS = 600_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    embeddings: true,
    server: { limits: LIMITS },
    settings: { queryEmbeddingTimeoutMs: HELD_MS },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

let asked = 0;

/** Searches that are under way until {@link letGo}. */
async function holdSearches(count: number, signal?: AbortSignal): Promise<Promise<Response>[]> {
  server.ollama.setFault({ kind: "hold" });
  const before = server.ollama.embedInputs().flat().length;
  const searches = Array.from({ length: count }, () => {
    asked += 1;
    const body = JSON.stringify({ query: `what is held number ${asked}` });
    const headers = { "content-type": "application/json" };
    return fetch(`${server.url}/memory/search`, { method: "POST", headers, body, ...(signal && { signal }) });
  });
  for (const search of searches) search.catch(() => {});
  await eventually("they wait for the model", async () => server.ollama.embedInputs().flat().length >= before + count);
  return searches;
}

/** Ends what waits for the model. */
const letGo = () => server.ollama.setFault(null);

const stats = (path = "/memory/stats") => fetch(`${server.url}${path}`);

test("strangers who ask for pages by the hundred and read none keep no caller out", async () => {
  const page = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n";
  const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(server.url)));
  for (const socket of sockets) {
    socket.pause();
    socket.write(page.repeat(100));
  }
  await delay(1_000);
  for (let call = 0; call < 5; call += 1) expect((await stats()).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  await eventually("pages are given again", async () => (await stats("/docs")).status === 200);
});

describe("with as many calls under way as it takes on", () => {
  test("the server refuses further ones with 503 and when to come back, answers those, and goes on", async () => {
    const held = await holdSearches(CALLS_AT_ONCE);
    for (const path of ["/memory/stats", "/trpc/memory.stats", "/nowhere"]) {
      const refused = await stats(path);
      expect([path, refused.status]).toEqual([path, 503]);
      expect(refused.headers.get("retry-after")).toBe("1");
      const text = await refused.text();
      expect(text).toContain('"reason":"OVERLOADED"');
      expect(text).toContain('"retryAfterSeconds":1');
    }
    // Whoever watches the server still hears of it, and pages for strangers have places of their own.
    expect((await stats("/docs")).status).toBe(200);
    expect((await stats("/healthz")).status).toBe(200);
    expect((await stats("/readyz")).status).toBe(200);
    letGo();
    const statuses = (await Promise.all(held)).map(({ status }) => status);
    expect(statuses).toEqual(Array(CALLS_AT_ONCE).fill(200));
    expect((await stats()).status).toBe(200);
  });

  test("a batch counts as its calls, and passes when nothing else is to do", async () => {
    const batch = () => server.post(`/trpc/${Array(20).fill("memory.stats").join(",")}?batch=1`, {});
    expect((await batch()).status).toBe(200);
    const held = await holdSearches(CALLS_AT_ONCE - 19);
    expect((await batch()).status).toBe(503);
    expect((await stats()).status).toBe(200);
    letGo();
    await Promise.all(held);
    expect((await batch()).status).toBe(200);
  });

  test("callers who leave make no room before the work that they asked for has ended", async () => {
    const leave = new AbortController();
    const held = await holdSearches(CALLS_AT_ONCE, leave.signal);
    leave.abort();
    await Promise.allSettled(held);
    await delay(100);
    expect((await stats()).status).toBe(503);
    letGo();
    await eventually("their work has ended", async () => (await stats()).status === 200);
  });

  test("requests that come one after the other on one connection count too", async () => {
    const held = await holdSearches(CALLS_AT_ONCE - 5);
    const socket = await openSocket(server.url);
    const said = readToEnd(socket);
    const body = JSON.stringify({ query: "piped" });
    const one = `POST /memory/search HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(one.repeat(30));
    // All came in one piece: with the first one at the model, the others have been let in or refused.
    await eventually("they are there", async () => server.ollama.embedInputs().flat().join().includes("piped"));
    letGo();
    await Promise.all(held);
    socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    const answers = (await said).match(/HTTP\/1\.1 \d+/g) ?? [];
    expect(answers).toHaveLength(31);
    expect(answers.filter((status) => status.endsWith("503")).length).toBeGreaterThanOrEqual(25);
    expect(answers.filter((status) => status.endsWith("500"))).toEqual([]);
  });
});

test("turns that wait for each other's answer leave room for the answer", async () => {
  const client = createClient({ url: server.url, timeoutMs: 60_000 });
  const patience = { joinMs: 60_000, budgetMs: 60_000 };
  const question = { sessionId: "one", text: "how tall is the lighthouse at home", ...patience };
  const first = await client.conversation.begin.mutate(question);
  expect(first.cached).toBeNull();
  const others = Array.from({ length: CALLS_AT_ONCE / 2 }, (_, at) =>
    client.conversation.begin.mutate({ ...question, sessionId: `other ${at}` }),
  );
  // Half of them find no seat and are told so; the others wait.
  const answered = others.map((begun) => begun.then(({ degraded }) => degraded.includes("join")));
  const full = await eventuallyCount(answered, CALLS_AT_ONCE / 4);
  expect(full).toBe(CALLS_AT_ONCE / 4);
  const done = { interactionId: first.interactionId, text: "Thirty metres.", cacheable: true };
  await client.conversation.complete.mutate(done);
  const begun = await Promise.all(others);
  expect(begun.filter(({ cached }) => cached?.response === "Thirty metres.")).toHaveLength(CALLS_AT_ONCE / 4);
});

/** How many have come true, once that many have. */
async function eventuallyCount(flags: readonly Promise<boolean>[], count: number): Promise<number> {
  let isTrue = 0;
  for (const flag of flags) void flag.then((value) => (isTrue += Number(value)));
  await eventually("the room is full", async () => isTrue >= count);
  return isTrue;
}
