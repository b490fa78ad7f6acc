import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eraseForGood } from "../src/platform/erasure.ts";
import { eraseDeleted } from "../src/preferences/history-store.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const database = () => server.keepsake.services.db;
const erase = () => eraseForGood(server.keepsake.services, [eraseDeleted], AbortSignal.timeout(10_000));
const reasonOf = (call: Promise<unknown>) => call.then(() => "none", errorReason);

/** As if everything that `userId` has replaced or deleted so far had been so a month and a day ago. */
const aMonthLater = (userId: string) =>
  database().execute(sql`update preference_versions set replaced_at = replaced_at - interval '31 days'
    where user_id = ${userId}`);

describe("a deleted preference", () => {
  test("leaves no trace once the retention has run out, in the answers kept for retries neither", async () => {
    const { preferences } = server.clientOf("ann");
    await preferences.set.mutate({ key: 'diary, "blue"', value: "attic", idempotencyKey: "set" });
    await preferences.delete.mutate({ key: 'diary, "blue"', idempotencyKey: "delete" });
    await preferences.set.mutate({ key: "diary", value: "another key", idempotencyKey: "other" });
    expect(await erase()).toBe(0);
    await aMonthLater("ann");
    expect(await erase()).toBe(1);
    expect(await reasonOf(preferences.history.query({ key: 'diary, "blue"' }))).toBe("PREFERENCE_NOT_FOUND");
    const kept = await database().execute<{ key: string }>(
      sql`select key from idempotency_keys where user_id = ${"ann"} and response is not null`,
    );
    expect(kept.map(({ key }) => key)).toEqual(["other"]);
    expect(await preferences.set.mutate({ key: 'diary, "blue"', value: "new" })).toMatchObject({ version: 1 });
  });

  test("keeps its whole history while it lives again, or was deleted again of late", async () => {
    const { preferences } = server.clientOf("ben");
    for (const key of ["lives", "deleted-again"]) {
      await preferences.set.mutate({ key, value: 1 });
      await preferences.delete.mutate({ key });
    }
    await aMonthLater("ben");
    for (const key of ["lives", "deleted-again"]) await preferences.set.mutate({ key, value: 2 });
    await preferences.delete.mutate({ key: "deleted-again" });
    expect(await erase()).toBe(0);
    for (const key of ["lives", "deleted-again"]) {
      const { items } = await preferences.history.query({ key });
      expect(items.map(({ version }) => version)).toEqual([2, 1]);
    }
  });
});
