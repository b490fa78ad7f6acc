import { setTimeout as delay } from "node:timers/promises";
import fastify from "fastify";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";
import { createMetrics } from "./metrics.ts";

const LIMITS = { callsAtOnceMax: 4, eventLoopDelayMsMax: 60_000, callsPerSecond: 500, callsPerMinute: 30_000 };
const LOOK_MS = 200;

test("a caller who leaves while the token is looked at does not stay counted", async () => {
  const server = fastify();
  const admission = new Admission(server, LIMITS, createMetrics());
  server.addHook("onRequest", async (request) => {
    await delay(LOOK_MS);
    admission.admitCaller(request, "token");
  });
  server.post("/", async () => "done");
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const call = (timeoutMs: number) =>
    fetch(url, { method: "POST", body: "text", signal: AbortSignal.timeout(timeoutMs) }).then(
      ({ status }) => status,
      () => "left",
    );
  // A token may have half of the four at once.
  for (let at = 0; at < 3; at += 1) expect(await call(LOOK_MS / 2)).toBe("left");
  await delay(LOOK_MS);
  expect(await call(30_000)).toBe(200);
  await server.close();
});
