import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const TOKEN = "a-secret-of-more-than-24-characters";
const PER_MINUTE = 30;
const LIMITS = {
  callsPerSecond: 500,
  callsPerMinute: PER_MINUTE,
  callsAtOnceMax: 256,
  eventLoopDelayMsMax: 60_000,
  connectionsMax: 4_096,
};

describe("a token that floods the server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ server: { adminToken: TOKEN, limits: LIMITS } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("has as many calls as it may, and 429 with the time to wait for the others", async () => {
    const startedMs = performance.now();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const call = (path: string) => fetch(`${server.url}${path}`, { headers });
    const paths = Array.from({ length: 100 }, (_, at) => (at % 2 ? "/memory/stats" : "/trpc/memory.stats"));
    const answers = await Promise.all(paths.map(call));
    const cameBack = ((performance.now() - startedMs) / 60_000) * PER_MINUTE;
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(PER_MINUTE);
    expect(passed).toBeLessThanOrEqual(PER_MINUTE + Math.ceil(cameBack));
    for (const refused of answers.filter(({ status }) => status !== 200)) {
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers.get("retry-after"));
      expect(seconds).toBeGreaterThanOrEqual(1);
      const text = await refused.text();
      expect(text).toContain('"reason":"RATE_LIMITED"');
      expect(text).toContain(`"retryAfterSeconds":${seconds}`);
    }
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const metrics = await Promise.all(Array.from({ length: PER_MINUTE }, () => call("/metrics")));
    expect(metrics.map(({ status }) => status)).toContain(429);
  });
});

test("without a token there is no such limit", async () => {
  await using server = await startTestServer({
    server: { limits: { ...LIMITS, callsPerSecond: 1, callsPerMinute: 1 } },
  });
  for (let call = 0; call < 10; call += 1) {
    expect((await fetch(`${server.url}/memory/stats`)).status).toBe(200);
  }
});

test("one token's flood leaves another token its calls", async () => {
  await using server = await startTestServer({ asAdmin: true, server: { limits: LIMITS } });
  const makeToken = async (label: string) => {
    const { token } = await server.clientOf(label).system.createToken.mutate({ label, role: "user" });
    if (token === null) throw new Error("a new token was not told");
    return token;
  };
  const [flood, other] = [await makeToken("flood"), await makeToken("other")];
  const call = async (token: string) =>
    (await fetch(`${server.url}/memory/stats`, { headers: { authorization: `Bearer ${token}` } })).status;
  const flooding = Promise.all(Array.from({ length: 100 }, () => call(flood)));
  const others: number[] = [];
  for (let at = 0; at < 10; at += 1) others.push(await call(other));
  expect((await flooding).filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(others).toEqual(Array(10).fill(200));
});
