import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const ROUNDS = { full: 200, short: 10 };
const WRITERS = 16;
const USERS = 4;
const KILLED_WITHIN_MS = 300;

/** SIGKILL at any moment of the writing: acknowledged is stored once, and a retry settles the rest. */
export const drill: Drill = {
  name: "kill-server",
  title: "The server is killed while 16 writers make changes of every kind",
  homes: ["embedded", "postgres"],
  run,
};

async function run({ full, log }: DrillOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const rounds = full ? ROUNDS.full : ROUNDS.short;
  let settled = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await using server = await startDrillServer(database.config);
    settled += crew.log.unsettled.length;
    await crew.settle(server.url);
    crew.start(server.url);
    await sleep(Math.random() * KILLED_WITHIN_MS);
    server.process.kill("SIGKILL");
    await crew.stop();
    if (round % 10 === 0) log(`${round} kills, ${crew.log.acknowledged.length} acknowledged`);
  }
  const unsettled = await settleAtLast(database.config, crew);
  const comparison = await lookInto(database.config, (sql) => compareWithStored(sql, crew.log.acknowledged));
  return {
    counts: {
      kills: rounds,
      acknowledged: crew.log.acknowledged.length,
      "without an answer and sent again": settled,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
    },
    failures: [...toFailures(comparison), ...crew.log.wrong, ...unsettled],
  };
}

/** A last start, in which everything that was sent gets its answer. */
async function settleAtLast(database: Parameters<typeof startDrillServer>[0], crew: Crew): Promise<string[]> {
  await using server = await startDrillServer(database);
  await crew.settle(server.url);
  server.process.kill("SIGTERM");
  const code = await server.process.ended;
  return [
    ...(crew.log.unsettled.length > 0 ? [`${crew.log.unsettled.length} writes were never answered`] : []),
    ...(code === 0 ? [] : [`the last server ended with ${code}`]),
  ];
}
