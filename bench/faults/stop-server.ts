import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const ROUNDS = { full: 30, short: 2 };
const WRITERS = 16;
const USERS = 4;
/** Before it is told to stop, so much is acknowledged: it is busy then. */
const ACKNOWLEDGED_MIN = 40;

/** SIGTERM under load: what is under way is finished, nothing acknowledged is lost, and it exits with 0. */
export const drill: Drill = {
  name: "stop-server",
  title: "The server is told to stop while 16 writers make changes of every kind",
  homes: ["embedded", "postgres"],
  run,
};

async function run({ full, log }: DrillOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const rounds = full ? ROUNDS.full : ROUNDS.short;
  const codes: (number | string)[] = [];
  const tookMs: number[] = [];
  let settled = 0;
  for (let round = 0; round <= rounds; round += 1) {
    await using server = await startDrillServer(database.config);
    settled += crew.log.unsettled.length;
    await crew.settle(server.url);
    const before = crew.acknowledged.length;
    // The last start only settles.
    if (round < rounds) crew.start(server.url);
    while (round < rounds && crew.acknowledged.length < before + ACKNOWLEDGED_MIN) await sleep(10);
    const toldMs = performance.now();
    server.process.kill("SIGTERM");
    codes.push(await server.process.ended);
    tookMs.push(performance.now() - toldMs);
    await crew.stop();
    log(`stopped ${round + 1} times, ${crew.acknowledged.length} acknowledged`);
  }
  const comparison = await lookInto(database.config, (sql) => compareWithStored(sql, crew.acknowledged));
  const dirty = codes.filter((code) => code !== 0);
  return {
    counts: {
      stops: rounds,
      acknowledged: crew.acknowledged.length,
      "sent as it closed, settled by a retry": settled,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
      "exits other than 0": dirty.length,
    },
    measured: { "slowest stop": `${(Math.max(...tookMs) / 1000).toFixed(1)} s` },
    failures: [
      ...toFailures(comparison),
      ...crew.log.wrong,
      ...(dirty.length > 0 ? [`the server ended with ${dirty.join(", ")}`] : []),
      ...(crew.log.unsettled.length > 0 ? [`${crew.log.unsettled.length} writes were never answered`] : []),
    ],
  };
}
