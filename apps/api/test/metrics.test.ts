import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const TOKEN = "a-secret-of-more-than-24-characters";
const headers = { authorization: `Bearer ${TOKEN}`, "x-keepsake-user": "ola-whom-nobody-names" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true, server: { adminToken: TOKEN } });
});
afterAll(() => server[Symbol.asyncDispose]());

const scrape = async () => {
  const answer = await fetch(`${server.url}/metrics`, { headers });
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
};

/** The value of a line, or null when there is none. */
const figure = (text: string, series: string) => {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length));
};

describe("/metrics", () => {
  test("asks for the token where one is set", async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const { status, type } = await scrape();
    expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  });

  test("counts calls by procedure and status, over both faces and in batches, and refusals too", async () => {
    await server.post("/memory/add", { content: "The canary sings at dawn" }, headers);
    await server.post("/trpc/memory.add", { json: { content: "" } }, headers);
    await fetch(`${server.url}/trpc/memory.stats,memory.stats?batch=1&input={}`, { headers });
    await fetch(`${server.url}/memory/stats`);
    await fetch(`${server.url}/nothing/here`, { headers });

    const { text } = await scrape();
    expect(figure(text, 'keepsake_calls_total{procedure="memory.add",status="200"}')).toBe(1);
    expect(figure(text, 'keepsake_calls_total{procedure="memory.add",status="400"}')).toBe(1);
    expect(figure(text, 'keepsake_calls_total{procedure="memory.stats",status="200"}')).toBe(2);
    expect(figure(text, 'keepsake_call_duration_seconds_count{procedure="memory.add"}')).toBe(2);
    expect(figure(text, 'keepsake_http_answers_total{status="401"}')).toBeGreaterThanOrEqual(1);
    expect(figure(text, 'keepsake_http_answers_total{status="404"}')).toBe(1);
  });

  test("tells how database, model and queue are, and about the process", async () => {
    const { text } = await scrape();
    expect(figure(text, "keepsake_database_up")).toBe(1);
    expect(figure(text, "keepsake_embeddings_up")).toBe(1);
    expect(figure(text, "keepsake_queue_waiting")).toBeGreaterThanOrEqual(0);
    expect(figure(text, "process_resident_memory_bytes")).toBeGreaterThan(0);
    expect(text).toContain("keepsake_info{version=");
  });

  test("tells nothing of users, contents and tokens", async () => {
    const { text } = await scrape();
    for (const secret of ["ola-whom", "canary", TOKEN]) expect(text).not.toContain(secret);
  });
});
