import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// Everyday curl lines, typed into a shell as they stand, against a server that has just been started.

const USUAL_PORT = 8080;
const LINES = new URL("fixtures/everyday-curl-lines.md", import.meta.url);

let server: TestServer;
let lines: string;
beforeAll(async () => {
  const port = (await isTaken(USUAL_PORT)) ? 0 : USUAL_PORT;
  [server, lines] = await Promise.all([startTestServer({ server: { port } }), readFile(LINES, "utf8")]);
  if (port === 0) console.warn(`Port 8080 is taken: the lines are sent to ${server.url} instead.`);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Whether something answers there, by either address that `localhost` may mean. */
async function isTaken(port: number): Promise<boolean> {
  return (await Promise.all(["127.0.0.1", "::1"].map((host) => answers(host, port)))).includes(true);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The shell command under a heading. */
function linesUnder(heading: string): string {
  const [, command = ""] = new RegExp(`### ${heading}\n\n\`\`\`bash\n(.*?)\`\`\``, "s").exec(lines) ?? [];
  expect(command).toContain("curl -X ");
  return command;
}

async function typeIn(command: string): Promise<Record<string, unknown>> {
  const here = command.replaceAll(`http://localhost:${USUAL_PORT}`, server.url.replace("127.0.0.1", "localhost"));
  const { stdout } = await promisify(execFile)("bash", ["-c", here]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const SAID = "The user prefers lights at 50% brightness in the evening";

test("what is added is answered, and found by what it is about", async () => {
  const memory = await typeIn(linesUnder("Adding Knowledge"));
  expect(memory).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    content: SAID,
    tags: ["preference", "lighting"],
    source: "user_feedback",
    duplicate: false,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  const found = await typeIn(linesUnder("Semantic Search"));
  expect(found["hits"]).toMatchObject([{ id: memory["id"], content: SAID }]);
  const searched = await typeIn(linesUnder("Testing"));
  expect(searched).toEqual({ hits: [], degraded: ["embeddings"] });
});

test("a preference that is set is there to get", async () => {
  const set = await typeIn(linesUnder("Setting Preferences"));
  const expected = { key: "entity_alias.my_office", value: { entity_id: "light.office_main" }, category: "aliases" };
  expect(set).toMatchObject({ ...expected, applied: true, version: 1 });
  expect(await typeIn(`curl "http://localhost:8080/preferences/get?key=entity_alias.my_office"`)).toMatchObject(
    expected,
  );
});

test("feedback on a conversation that the server has not seen is kept until it has", async () => {
  const feedback = await typeIn(linesUnder("Recording Feedback"));
  expect(feedback).toEqual({
    id: expect.any(String),
    status: "waiting",
    interactionId: "conv_123",
    score: 5,
    comment: "Correctly turned on all lights",
  });
  for (const [role, content] of [
    ["user", "Turn on all lights"],
    ["assistant", "All lights are on."],
  ] as const) {
    await server.client.conversation.append.mutate({ sessionId: "s", role, content, interactionId: "conv_123" });
  }
  const [line = ""] = await exported();
  expect(JSON.parse(line)).toMatchObject({
    inputText: "Turn on all lights",
    feedbackScore: 5,
    interactionId: "conv_123",
  });
});

async function exported(): Promise<string[]> {
  const { stdout } = await promisify(execFile)("curl", ["-sS", "--fail", `${server.url}/training/export`]);
  return stdout.split("\n").slice(0, -1);
}

test("the cache tells its counts, and clears what expired unless told to clear all", async () => {
  await server.client.cache.store.mutate({ text: "When is bin day?", response: "On Monday." });
  expect(await typeIn("curl http://localhost:8080/cache/stats")).toMatchObject({ entries: 1, hits: 0, misses: 0 });
  expect(await typeIn("curl -X DELETE http://localhost:8080/cache/clear")).toEqual({ removed: 0 });
  expect(await typeIn('curl -X DELETE "http://localhost:8080/cache/clear?all=false"')).toEqual({ removed: 0 });
  expect(await typeIn("curl http://localhost:8080/cache/stats")).toMatchObject({ entries: 1 });
  expect(await typeIn('curl -X DELETE "http://localhost:8080/cache/clear?all=true"')).toEqual({ removed: 1 });
});

test("every endpoint of the list is there, by its method", async () => {
  const [, list = ""] = /```python\n(.*?)```/s.exec(lines) ?? [];
  const endpoints = [...list.matchAll(/^(\w+) +(\/\S+)/gm)].map(([, method = "", path = ""]) => [method, path]);
  expect(endpoints).toHaveLength(8);
  for (const [method = "", path] of endpoints) {
    const options = await fetch(`${server.url}${path}`, { method: "OPTIONS" });
    expect(options.headers.get("allow")?.split(", "), path).toContain(method);
  }
});
