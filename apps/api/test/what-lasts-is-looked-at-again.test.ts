import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";
import { openSocket, readToEnd } from "./_raw-http.ts";

/** A revoked token is refused within a second; a look at it may be as old. */
const LOOKED_AT_AGAIN_MS = 1_500;
const SPOKEN = "Turn on the lights in the kitchen, please. ".repeat(140);
const USER = "ola";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
  // About 30 MB: more than the sockets of both ends hold.
  await server.clientOf(USER).training.add.mutate({ inputText: "the first", outputText: "Done." });
  await server.keepsake.services.db.execute(sql`
    insert into training_data ("user_id", id, input_text, output_text)
    select ${USER}, ('01a20866-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, ${SPOKEN} || i, ${SPOKEN}
    from generate_series(1, 2500) as i`);
});
afterAll(() => server[Symbol.asyncDispose]());

async function makeToken(): Promise<{ id: string; authorization: string }> {
  const { id, token } = await server.clientOf(USER).system.createToken.mutate({ label: "short-lived", role: "user" });
  if (token === null) throw new Error("a new token was not told");
  return { id, authorization: `Bearer ${token}` };
}

const revoke = (id: string) => server.client.system.revokeToken.mutate({ id });

function openExport(authorization: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${server.url}/training/export`, { headers: { authorization } }, resolve).on("error", reject).end();
  });
}

describe("a token that is revoked", () => {
  test("in the middle of a call's body lets the call do nothing", async () => {
    const { id, authorization } = await makeToken();
    const body = JSON.stringify({ content: "said with a token that was revoked" });
    const head = [
      "POST /memory/add HTTP/1.1",
      "host: localhost",
      `authorization: ${authorization}`,
      "content-type: application/json",
      `content-length: ${body.length}`,
      "connection: close",
    ];
    const socket = await openSocket(server.url);
    const answer = readToEnd(socket);
    socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
    await delay(200);
    await revoke(id);
    await delay(LOOKED_AT_AGAIN_MS);
    socket.write(body.slice(10));
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    const { items } = await server.clientOf(USER).memory.list.query({});
    expect(items).toEqual([]);
  });

  test("in the middle of an export breaks it off", async () => {
    const { id, authorization } = await makeToken();
    const answer = await openExport(authorization);
    expect(answer.statusCode).toBe(200);
    await once(answer, "readable");
    await revoke(id);
    await delay(LOOKED_AT_AGAIN_MS);
    const ended = new Promise((resolve) => answer.once("close", resolve));
    answer.on("error", () => {}).resume();
    await ended;
    expect(answer.complete).toBe(false);
  });
});

test("a token that is revoked while its turn waits for another's answer is not given it", async () => {
  const { id, authorization } = await makeToken();
  const { conversation } = server.clientOf(USER);
  const text = "Who painted the Sistine Chapel?";
  const { interactionId } = await conversation.begin.mutate({ sessionId: "first", text, joinMs: 60_000 });
  const waiting = server.post("/conversation/begin", { sessionId: "second", text, joinMs: 60_000 }, { authorization });
  await delay(200);
  await revoke(id);
  await delay(LOOKED_AT_AGAIN_MS);
  await conversation.complete.mutate({ interactionId, text: "Michelangelo", cacheable: true });
  const answer = await waiting;
  const told = await answer.text();
  expect([answer.status, told]).toEqual([401, expect.not.stringContaining("Michelangelo")]);
});

test("a token reads one export at a time, and another once that one has ended or was left", async () => {
  const { authorization } = await makeToken();
  const first = await openExport(authorization);
  expect(first.statusCode).toBe(200);
  const second = await openExport(authorization);
  expect(second.statusCode).toBe(429);
  expect(second.headers["retry-after"]).toBe("5");
  second.resume();
  first.destroy();
  await delay(500);
  const third = await openExport(authorization);
  expect(third.statusCode).toBe(200);
  third.destroy();
});
