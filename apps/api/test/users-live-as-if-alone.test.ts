import { expect, test } from "vitest";
import { startTestServer } from "./_keepsake-server.ts";
import { play, randomCalls } from "./_random-calls.ts";
import { type Dump, dumpUser } from "./isolation/dump.ts";

const USERS = ["ann", "bob", "cyd"];
const CALLS_EACH = 334;
/** Another one for every day: the same day's failure can be run again. */
const SEED = Number(process.env["KEEPSAKE_TEST_SEED"] ?? Math.floor(Date.now() / 86_400_000));

const scripts = new Map(USERS.map((userId, at) => [userId, randomCalls(SEED + at, CALLS_EACH)]));

/** How every call of these users ended, made side by side, and what they have afterwards. */
async function live(userIds: readonly string[]) {
  await using server = await startTestServer();
  const lives = userIds.map(async (userId) => {
    const ends = await play(server.clientOf(userId), scripts.get(userId) ?? []);
    return [userId, { ends, rows: withoutNames(await dumpUser(server.keepsake.services.db, userId)) }] as const;
  });
  return new Map(await Promise.all(lives));
}

/** Ids, times and what is made of them. */
const PASSING = [
  /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g,
  /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[^"]*/g,
  /\b[0-9a-f]{64}\b/g,
];

function withoutNames(dump: Dump): Dump {
  const bare = (row: string) => PASSING.reduce((text, passing) => text.replaceAll(passing, "…"), row);
  return Object.fromEntries(Object.entries(dump).map(([table, rows]) => [table, rows.map(bare).sort()]));
}

test("calls of three users at once leave each of them what it would have alone", async () => {
  const together = await live(USERS);
  for (const userId of USERS) {
    const alone = (await live([userId])).get(userId);
    expect(together.get(userId), `seed ${SEED}`).toEqual(alone);
  }
  const rows = [...together.values()].flatMap((life) => Object.values(life.rows).map(({ length }) => length));
  const count = rows.reduce((sum, length) => sum + length, 0);
  console.log(`users as if alone: ${USERS.length} users, ${USERS.length * CALLS_EACH} calls, ${count} rows compared`);
}, 600_000);
