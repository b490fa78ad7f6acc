import { setTimeout as sleep } from "node:timers/promises";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { compareWithStored, findStored, toFailures } from "./stored-marks.ts";
import type { Write } from "./write.ts";

const ROUNDS = { full: 30, short: 2, control: 1 };
const WRITERS = 16;
const USERS = 4;
/** Before it is told to stop, so much is acknowledged: it is busy then. */
const ACKNOWLEDGED_MIN = 40;

/**
 * SIGTERM under load: what is under way is finished and answered, so that whoever has no answer knows that nothing
 * happened; nothing acknowledged is lost, and it exits with 0.
 */
export const drill: Drill = {
  name: "stop-server",
  title: "The server is told to stop while 16 writers make changes of every kind",
  homes: ["embedded", "postgres"],
  run: (options) => stopInRounds(options, options.full ? ROUNDS.full : ROUNDS.short),
  controls: [
    {
      title: "connections are cut off at once",
      homes: ["embedded", "postgres"],
      run: (options) => stopInRounds(options, ROUNDS.control, [CUT_OFF_AT_ONCE]),
    },
  ],
};

const CUT_OFF_AT_ONCE: Sabotage = {
  file: "apps/api/src/platform/end-connections.ts",
  find: "if (requests === 0) socket.destroy();",
  replace: "if (requests >= 0) socket.destroy();",
};

async function stopInRounds(
  { log }: DrillOptions,
  rounds: number,
  sabotages: readonly Sabotage[] = [],
): Promise<Outcome> {
  await using database = await createTestDatabase();
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const codes: (number | string)[] = [];
  const tookMs: number[] = [];
  const untold: Write[] = [];
  let settled = 0;
  for (let round = 0; round <= rounds; round += 1) {
    await using server = await startDrillServer(database.config, {}, sabotages);
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
    const unanswered = crew.log.unsettled.map(({ write }) => write);
    untold.push(...(await lookInto(database.config, (sql) => findStored(sql, unanswered))));
    log(`stopped ${round + 1} times, ${crew.acknowledged.length} acknowledged`);
  }
  const comparison = await lookInto(database.config, (sql) => compareWithStored(sql, crew.acknowledged));
  const dirty = codes.filter((code) => code !== 0);
  return {
    counts: {
      stops: rounds,
      acknowledged: crew.acknowledged.length,
      "sent as it closed, settled by a retry": settled,
      "done without an answer": untold.length,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
      "exits other than 0": dirty.length,
    },
    measured: { "slowest stop": `${(Math.max(...tookMs) / 1000).toFixed(1)} s` },
    failures: [
      ...toFailures(comparison),
      ...crew.log.wrong,
      ...(untold.length > 0 ? [`${untold.length} writes were done, and nobody was told`] : []),
      ...(dirty.length > 0 ? [`the server ended with ${dirty.join(", ")}`] : []),
      ...(crew.log.unsettled.length > 0 ? [`${crew.log.unsettled.length} writes were never answered`] : []),
    ],
  };
}
