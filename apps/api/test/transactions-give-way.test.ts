import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toDatabaseFailure } from "../src/platform/database-failure.ts";
import { retried } from "../src/platform/retried.ts";
import { writeOnce } from "../src/platform/write-once.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const actor = { userId: "deadlock" };
const lock = (key: string) => sql`update preferences set confidence = confidence - 0.1
  where user_id = ${actor.userId} and key = ${key}`;
const confidenceOf = async (key: string) =>
  (await server.clientOf(actor.userId).preferences.get.query({ key })).confidence;

test("two writes that lock the same rows in opposite orders both come through, each once", async (ctx) => {
  if (server.engine === "embedded") return ctx.skip("one connection never waits for another");
  const client = server.clientOf(actor.userId);
  for (const key of ["a", "b"]) await client.preferences.set.mutate({ key, value: 1 });
  const { promise: both, resolve: haveBoth } = Promise.withResolvers<void>();
  let holding = 0;
  let runs = 0;
  const write = (first: string, second: string, key: string) =>
    writeOnce(actor, server.keepsake.services, { key, procedure: "test", input: [first, second] }, async (tx) => {
      runs += 1;
      await tx.execute(lock(first));
      holding += 1;
      if (holding === 2) haveBoth();
      await both;
      await tx.execute(lock(second));
      return { first };
    });
  await Promise.all([write("a", "b", "one"), write("b", "a", "two")]);
  expect(runs).toBe(3);
  expect([await confidenceOf("a"), await confidenceOf("b")]).toEqual([expect.closeTo(0.8), expect.closeTo(0.8)]);
});

test.each(["40P01", "40001"])("%s for ever is tried four times, and then an answer that says so", async (state) => {
  let runs = 0;
  const failing = retried(async () => {
    runs += 1;
    await server.keepsake.services.db.execute(
      sql.raw(`do $$ begin raise exception 'given up' using errcode = '${state}'; end $$`),
    );
  });
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  expect(toDatabaseFailure(error)).toMatchObject({ reason: "DATABASE_UNAVAILABLE", message: expect.any(String) });
  expect(runs).toBe(4);
});

test("any other failure is not tried again", async () => {
  let runs = 0;
  const failing = retried(async () => {
    runs += 1;
    await server.keepsake.services.db.execute(sql`select 1 / 0`);
  });
  await expect(failing).rejects.toMatchObject({ cause: { code: "22012" } });
  expect(runs).toBe(1);
});
