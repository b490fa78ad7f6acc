import { createClient } from "@keepsake/client";
import { createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort } from "./_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "./_sabotage.ts";

// Checks are trusted because they fail on a sabotaged server; this is why the sabotage can be trusted.

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const EVERYBODYS_ROWS: Sabotage = {
  file: "apps/api/src/platform/owned.ts",
  find: "return eq(table.userId, actor.userId);",
  replace: "void actor; return eq(table.userId, table.userId);",
};
const WORKER_SPEAKS: Sabotage = {
  file: "packages/db/src/embedded/embedded-worker.ts",
  find: 'tell(port, { type: "ready" });',
  replace: 'tell(port, { type: "failed", reason: "sabotaged in its thread" }); process.exit(1);',
};

const start = async (sabotages: readonly Sabotage[]) =>
  startSabotaged(sabotages, { ...databaseEnvironment(database.config), PORT: String(await freePort()) });

test("a server whose user filter is taken out shows one user's memory to another", async () => {
  const PORT = String(await freePort());
  await using _server = await startSabotaged([EVERYBODYS_ROWS], { ...databaseEnvironment(database.config), PORT });
  const [ann, bob] = ["ann", "bob"].map((userId) => createClient({ url: `http://127.0.0.1:${PORT}`, userId }));
  const { id } = (await ann?.memory.add.mutate({ content: "The vase is blue" })) ?? { id: "" };
  expect(await bob?.memory.get.query({ id })).toMatchObject({ content: "The vase is blue" });
}, 120_000);

test("the embedded PostgreSQL's thread is reached as well", async (ctx) => {
  if (testEngine() !== "embedded") ctx.skip("a PostgreSQL server is no thread of ours");
  await expect(start([WORKER_SPEAKS])).rejects.toThrow("sabotaged in its thread");
}, 120_000);

test("a text that is not there, or more often than said, ends the test at once", async () => {
  await expect(start([{ ...EVERYBODYS_ROWS, find: "no such line" }])).rejects.toThrow("holds this 0 times, not 1");
  await expect(start([{ ...EVERYBODYS_ROWS, times: 2 }])).rejects.toThrow("holds this 1 times, not 2");
});

test("a file that the server never loads is named", async () => {
  const idle = { file: "apps/api/test/_browser.ts", find: "import ", replace: "import ", times: 3 };
  await expect(start([idle])).rejects.toThrow("never loaded: apps/api/test/_browser.ts");
}, 120_000);
