import { createClient, errorReason } from "@keepsake/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const TOKEN = "a-secret-of-more-than-24-characters";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ server: { adminToken: TOKEN } });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("once a token is set", () => {
  test("every call needs it, on loopback too", async () => {
    for (const token of [undefined, "", "wrong", `${TOKEN}x`, TOKEN.slice(1)]) {
      const client = createClient({ url: server.url, ...(token !== undefined && { token }) });
      expect(await client.memory.stats.query().then(() => null, errorReason)).toBe("UNAUTHORIZED");
    }
    const client = createClient({ url: server.url, token: TOKEN });
    expect((await client.memory.stats.query()).memories).toBe(0);
  });

  test("only /healthz and the pages that hold nobody's data are open", async () => {
    const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
    expect(await status("/healthz")).toBe(200);
    expect(await status("/")).toBe(200);
    expect(await status("/docs")).toBe(200);
    expect(await status("/openapi.json")).toBe(200);
    expect(await status("/readyz")).toBe(401);
    expect(await status("/memory/stats")).toBe(401);
    expect(await status("/docs/nowhere")).toBe(401);
    expect(await status("/trpc/system.status")).toBe(401);
    expect(await status("/nowhere")).toBe(401);
  });
});
