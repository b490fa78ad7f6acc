import { createClient, errorReason } from "@keepsake/client";
import { connect } from "@keepsake/db";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";
import { tablesWith } from "./_tables-with.ts";

const ADMIN = "the-admin-token-of-this-test";
const ROWS = 30_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await using handle = await connect(database.config);
  // More than a few pages, so that there is a half to be killed in.
  await handle.sql`insert into users ("user_id") values ('zqlarge'), ('small')`;
  for (const user of ["zqlarge", "small"]) {
    const rows = user === "small" ? 10 : ROWS;
    await handle.sql`insert into embeddings ("user_id", space_id, item_type, item_id, embedding)
      select ${user}, 1, 'message', gen_random_uuid(), '[1,2,3]' from generate_series(1, ${rows}::int)`;
  }
});
afterAll(() => database[Symbol.asyncDispose]());

async function leftOf(user: string): Promise<number> {
  await using handle = await connect(database.config);
  const [row] = await handle.sql`select count(*) as rows from embeddings where user_id = ${user}`;
  return Number(row?.["rows"]);
}

test("an erasure that a kill interrupts stays begun, and the next call or server finishes it", async () => {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...databaseEnvironment(database.config), PORT: port, KEEPSAKE_ADMIN_TOKEN: ADMIN };
  const large = createClient({ url, token: ADMIN, userId: "zqlarge", timeoutMs: 120_000, retries: 0 });
  const { system } = createClient({ url, token: ADMIN, userId: "small" });
  const erasingSince = async () =>
    (await system.users.query()).items.find(({ userId }) => userId === "zqlarge")?.erasingSince ?? null;
  {
    await using server = startProcess(environment);
    await untilHealthy(server, url);
    const answer = large.system.eraseUser.mutate({ confirm: "zqlarge" }).then(
      () => "answered",
      () => "broken off",
    );
    await eventually("the erasure has begun", async () => (await erasingSince()) !== null);
    server.kill("SIGKILL");
    await server.ended;
    expect(await answer).toBe("broken off");
  }
  const begun = { procedure: "system.eraseUser", tokenId: "configured", details: { begun: true } };
  const left = await leftOf("zqlarge");
  console.log(`killed with ${left} of ${ROWS} rows left`);
  expect(left).toBeGreaterThan(0);
  await using again = startProcess(environment);
  await untilHealthy(again, url);
  expect(await erasingSince()).toBeInstanceOf(Date);
  expect((await system.audit.query({ ofServer: true, limit: 1 })).items).toMatchObject([begun]);
  expect(await large.memory.add.mutate({ content: "Too late" }).catch(errorReason)).toBe("USER_BEING_ERASED");
  expect(await large.system.eraseUser.mutate({ confirm: "zqlarge" })).toEqual({ rows: left });
  expect(await erasingSince()).toBeNull();
  again.kill("SIGTERM");
  expect(await again.ended).toBe(0);
  expect([await leftOf("zqlarge"), await leftOf("small")]).toEqual([0, 10]);
  await using handle = await connect(database.config);
  expect(await tablesWith(handle.db, "zqlarge")).toEqual([]);
});
