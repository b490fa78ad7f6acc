import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseForGood } from "../src/platform/erasure.ts";
import { pruneOldAnswers } from "../src/platform/kept-answers.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const grownOlder = (userId: string, age: string) =>
  server.keepsake.services.db.execute(sql`update idempotency_keys
    set created_at = now() - ${age}::interval where user_id = ${userId}`);
const prune = () => eraseForGood(server.keepsake.services, [pruneOldAnswers], AbortSignal.timeout(30_000));
const clear = async (userId: string) => {
  const headers = { "x-keepsake-user": userId };
  const answer = await server.post("/cache/clear", { idempotencyKey: "monday" }, headers);
  return [answer.status, answer.headers.get("x-keepsake-replayed")];
};

test("a key is known for seven days, and then pruned for users too who have nothing else and never write again", async () => {
  // Nothing but a key: the call had nothing to clear.
  expect(await clear("young")).toEqual([200, null]);
  expect(await clear("old")).toEqual([200, null]);
  await grownOlder("young", "6 days 23 hours");
  await grownOlder("old", "7 days 1 minute");
  expect(await prune()).toBe(1);
  expect(await clear("young")).toEqual([200, "true"]);
  expect(await clear("old")).toEqual([200, null]);
});

test("a turn whose session was deleted is not begun again by a late retry", async () => {
  const headers = { "x-keepsake-user": "turns" };
  const turn = { sessionId: "kitchen", text: "Where is the key?", idempotencyKey: "turn-1" };
  expect((await server.post("/conversation/begin", turn, headers)).status).toBe(200);
  const client = server.clientOf("turns");
  await client.conversation.deleteSession.mutate({ sessionId: "kitchen" });
  const late = await server.post("/conversation/begin", turn, headers);
  expect(late.status).toBe(409);
  expect(await late.text()).toContain("has been deleted since");
  expect((await client.conversation.history.query({ sessionId: "kitchen" })).items).toEqual([]);
});
