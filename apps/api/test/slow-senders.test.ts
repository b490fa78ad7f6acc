import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { openSocket, readToEnd } from "./_raw-http.ts";

// Slow senders are told by their number, not by the clock: a busy machine is slow itself.

const SILENT = 2_000;
const SLOW = 50;
/** Fewer than the system keeps waiting for a server to accept them: one more would be lost on its way. */
const AT_ONCE = 100;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function openSockets(count: number) {
  const sockets: Awaited<ReturnType<typeof openSocket>>[] = [];
  while (sockets.length < count) {
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => openSocket(server.url)))));
    await delay(10);
  }
  return sockets;
}

/** After so long Node would have closed them by itself. */
const NODES_OWN_LIMIT_MS = 60_000;

describe("connections on which nothing comes to an end", () => {
  test("are closed after their time, by the thousand, while others are served", async () => {
    const silent = await openSockets(SILENT);
    const ends = silent.map((socket) => readToEnd(socket));
    let closed = 0;
    for (const end of ends) void end.then(() => (closed += 1));
    // All others trickle their headers, a byte now and then, for as long as they may.
    for (const socket of silent.slice(0, SLOW)) {
      socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
      const trickle = setInterval(() => socket.write("a"), 500);
      socket.once("close", () => clearInterval(trickle));
    }
    let served = 0;
    const nodesOwn = AbortSignal.timeout(NODES_OWN_LIMIT_MS);
    while (closed < SILENT) {
      nodesOwn.throwIfAborted();
      expect((await fetch(`${server.url}/memory/stats`)).status).toBe(200);
      served += 1;
      await delay(50);
    }
    expect(served).toBeGreaterThan(0);
    const told = await Promise.all(ends.slice(0, SLOW));
    expect(told.filter((text) => text.startsWith("HTTP/1.1 408")).length).toBe(SLOW);
    expect(told[0]).toContain('"reason":"INVALID_INPUT"');
  });

  test("a body that trickles in is cut, and nothing of it is kept", async () => {
    const sockets = await Promise.all(Array.from({ length: SLOW }, () => openSocket(server.url)));
    const ends = sockets.map((socket) => readToEnd(socket));
    const timers = sockets.map((socket) => {
      socket.write("POST /memory/add HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n");
      socket.write('content-length: 500\r\n\r\n{"content": "half a memory');
      return setInterval(() => socket.write(" "), 500);
    });
    const said = await Promise.all(ends);
    for (const timer of timers) clearInterval(timer);
    expect(said.filter((text) => text.startsWith("HTTP/1.1 408")).length).toBe(SLOW);
    const { memories } = await server.client.memory.stats.query();
    expect(memories).toBe(0);
  });
});

test("connections beyond the most are closed at once, and the others are not disturbed", async () => {
  const limits = {
    callsPerSecond: 500,
    callsPerMinute: 30_000,
    callsAtOnceMax: 256,
    eventLoopDelayMsMax: 60_000,
    connectionsMax: 20,
  };
  await using small = await startTestServer({ server: { limits } });
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(small.url)));
  expect(await readToEnd(await openSocket(small.url))).toBe("");
  const [first] = sockets;
  first?.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
  expect(first && (await readToEnd(first))).toContain("200 OK");
  for (const socket of sockets) socket.destroy();
});
