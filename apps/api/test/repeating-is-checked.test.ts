import { createTestDatabase } from "@keepsake/db/testing";
import { expect, test } from "vitest";
import { databaseEnvironment, freePort } from "./_keepsake-process.ts";
import { startTestServer } from "./_keepsake-server.ts";
import { findDoubled } from "./_repeating.ts";
import { startSabotaged } from "./_sabotage.ts";

test("a server that keeps keys repeats nothing", async () => {
  await using server = await startTestServer();
  expect(await findDoubled(server.url)).toEqual([]);
});

test("the same check finds doubled effects on a server that does not look at its keys", async () => {
  await using database = await createTestDatabase();
  const PORT = String(await freePort());
  const sabotage = {
    file: "apps/api/src/platform/idempotency.ts",
    find: "if (call.key === undefined) return runAudited(actor, tx, call, effect);",
    replace: "if (call.key !== null) return runAudited(actor, tx, call, effect);",
  };
  await using _server = await startSabotaged([sabotage], { ...databaseEnvironment(database.config), PORT });
  const doubled = await findDoubled(`http://127.0.0.1:${PORT}`);
  expect(doubled).toEqual(
    expect.arrayContaining(["conversation.append happened twice", "training.add happened twice"]),
  );
}, 120_000);
