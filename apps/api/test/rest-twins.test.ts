import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleOf } from "../src/rest/examples/examples.ts";
import { fieldsOf } from "../src/rest/schema-fields.ts";
import { listTwins, type Twin } from "../src/rest/twins.ts";
import { arrangeExample } from "./_example-calls.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { type OpenApiDocument, responseOf, schemaChecker } from "./_openapi.ts";
import { toSearch } from "./_query-string.ts";

// Written for no procedure: each one that the router has goes through all of this.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const twins = listTwins().map((twin): [string, Twin] => [twin.path, twin]);

/** The example, made to work: its ids are those of things that this user has. */
async function workingInput({ path, input: schema }: Twin, userId: string): Promise<object> {
  const arranged = await arrangeExample(path, server.clientOf(userId));
  const key = fieldsOf(schema).has("idempotencyKey") ? { idempotencyKey: `twin-${path}` } : {};
  const confirmed = path === "system.eraseUser" ? { confirm: userId } : {};
  return { ...(exampleOf(path).input as object), ...key, ...arranged, ...confirmed };
}

async function callByRest(twin: Twin, method: string, input: object, userId: string): Promise<[number, unknown]> {
  const headers = { ...server.headers, "x-keepsake-user": userId };
  const address = method === "POST" ? twin.url : `${twin.url}?${toSearch(input)}`;
  const answer =
    method === "POST"
      ? await server.post(address, input, headers)
      : await fetch(`${server.url}${address}`, { method, headers });
  const text = await answer.text();
  // What REST streams as lines, tRPC gives in a list.
  return [answer.status, twin.output || !answer.ok ? JSON.parse(text) : text.split("\n").slice(0, -1)];
}

async function callByTrpc({ path }: Twin, input: object, userId: string): Promise<[number, unknown]> {
  const answer = await server.post(`/trpc/${path}`, { json: input }, { "x-keepsake-user": userId });
  const body = (await answer.json()) as { result: { data: { json: unknown } } };
  return [answer.status, body.result?.data.json ?? body];
}

const PASSING = ["uptimeSeconds", "timings", "token"];

/**
 * Without what passes between two calls: the server's age, how long a call took, the secret of a new token, which is told
 * once, and the last digits of a score.
 */
const lasting = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, inner) =>
    PASSING.includes(key) ? "passes" : typeof inner === "number" ? Number(inner.toPrecision(6)) : inner,
  );

describe.each(twins)("%s", (path, twin) => {
  test("answers its example over REST as over tRPC, by each of its methods", async () => {
    const userId = `example-of-${path}`;
    const input = await workingInput(twin, userId);
    const [status, answer] = await callByTrpc(twin, input, userId);
    expect([status, answer]).toEqual([200, expect.anything()]);
    const expected = twin.output ? answer : (answer as { lines: string[] }).lines;
    for (const method of twin.methods.filter((each) => each !== "HEAD")) {
      const byRest = await callByRest(twin, method, input, userId);
      expect(lasting(byRest), method).toEqual(lasting([200, expected]));
    }
  });

  test.runIf(twin.output)("answers as /openapi.json says", async () => {
    const userId = `document-of-${path}`;
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
    const operation = document.paths[twin.url]?.["post"];
    const schema = operation && responseOf(document, operation, "200").content?.["application/json"]?.schema;
    const [, answer] = await callByRest(twin, "POST", await workingInput(twin, userId), userId);
    expect(schema).toBeDefined();
    expect(schemaChecker(document)(schema ?? {}, answer)).toBeNull();
  });

  test("names a field that it does not have, by each of its methods", async () => {
    for (const method of twin.methods.filter((each) => each !== "HEAD")) {
      const [status, answer] = await callByRest(twin, method, { noSuchField: 1 }, "default");
      expect(status, method).toBe(400);
      expect(answer).toMatchObject({ error: { data: { reason: "INVALID_INPUT", path } } });
      expect(JSON.stringify(answer), method).toContain('"path":"noSuchField"');
    }
  });
});
