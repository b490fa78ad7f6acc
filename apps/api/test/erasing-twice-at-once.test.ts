import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const USER = "ola";
const MEMORIES = 8_000;
const ROUNDS = 3;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

async function fill(): Promise<void> {
  await server.clientOf(USER).memory.add.mutate({ content: "the first" });
  await server.keepsake.services.db.execute(sql`
    insert into knowledge (user_id, id, content, content_hash)
    select ${USER}, gen_random_uuid(), 'memory ' || i, 'hash ' || i from generate_series(1, ${MEMORIES}) as i`);
}

const erase = () => server.clientOf(USER).system.eraseUser.mutate({ confirm: USER });

test("two erasures of one user at once take everything together, and nothing of what begins anew", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await fill();
    const erasures = [erase(), erase()];
    await Promise.race(erasures);
    const { memory } = server.clientOf(USER);
    const { id } = await memory.add.mutate({ content: "a new beginning" });
    const erased = (await Promise.all(erasures)).map(({ rows }) => rows);
    expect((await memory.list.query({})).items.map((item) => item.id)).toEqual([id]);
    expect(erased.reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(MEMORIES);
    await erase();
  }
});
