import { setTimeout as sleep } from "node:timers/promises";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import type { DatabaseConfig } from "../../packages/db/src/index.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const ROUNDS = { full: 200, short: 8, control: 1 };
const WRITERS = 16;
const USERS = 4;
const KILLED_WITHIN_MS = 300;
/** Acknowledged writes that are sent once more in the end. */
const REPEATED = 160;

/** SIGKILL at any moment of the writing: acknowledged is stored once, and a retry settles the rest. */
export const drill: Drill = {
  name: "kill-server",
  title: "The server is killed while 16 writers make changes of every kind",
  homes: ["embedded", "postgres"],
  run: (options) => killInRounds(options, options.full ? ROUNDS.full : ROUNDS.short),
  controls: [
    {
      title: "idempotency off",
      homes: ["embedded", "postgres"],
      run: (options) =>
        killInRounds(options, ROUNDS.control, { sabotages: [IDEMPOTENCY_OFF], acknowledgedFirst: REPEATED }),
    },
  ],
};

const IDEMPOTENCY_OFF: Sabotage = {
  file: "apps/api/src/platform/idempotency.ts",
  find: "if (call.key === undefined) return runAudited(",
  replace: "if (call.key !== '') return runAudited(",
};

interface KillOptions {
  readonly sabotages?: readonly Sabotage[];
  /** Kills no sooner than so many writes are acknowledged. */
  readonly acknowledgedFirst?: number;
}

async function killInRounds(
  { log }: DrillOptions,
  rounds: number,
  { sabotages = [], acknowledgedFirst = 0 }: KillOptions = {},
): Promise<Outcome> {
  await using database = await createTestDatabase();
  const crew = new Crew({ writers: WRITERS, users: USERS });
  let settled = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await using server = await startDrillServer(database.config, {}, sabotages);
    settled += crew.log.unsettled.length;
    await crew.settle(server.url);
    crew.start(server.url);
    while (crew.acknowledged.length < acknowledgedFirst) await sleep(50);
    await sleep(Math.random() * KILLED_WITHIN_MS);
    server.process.kill("SIGKILL");
    await crew.stop();
    if (round % 10 === 0) log(`${round} kills, ${crew.log.acknowledged.length} acknowledged`);
  }
  const compare = () => lookInto(database.config, (sql) => compareWithStored(sql, crew.acknowledged));
  const ends = [await startOnceMore(database.config, sabotages, (url) => crew.settle(url))];
  // What is lost is looked for first: a retry would bring it back.
  const { lost } = await compare();
  ends.push(await startOnceMore(database.config, sabotages, (url) => crew.repeat(url, REPEATED)));
  const comparison = { ...(await compare()), lost };
  const { unsettled } = crew.log;
  const unanswered = unsettled.length > 0 ? [`${unsettled.length} writes were never answered`] : [];
  return {
    counts: {
      kills: rounds,
      acknowledged: crew.log.acknowledged.length,
      "without an answer and settled by a retry": settled,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
    },
    failures: [...toFailures(comparison), ...crew.log.wrong, ...unanswered, ...ends.flat()],
  };
}

/** A start that is not killed. @returns what was wrong with its end */
async function startOnceMore(
  database: DatabaseConfig,
  sabotages: readonly Sabotage[],
  work: (url: string) => Promise<void>,
): Promise<string[]> {
  await using server = await startDrillServer(database, {}, sabotages);
  await work(server.url);
  server.process.kill("SIGTERM");
  const code = await server.process.ended;
  return code === 0 ? [] : [`a server that was asked to stop ended with ${code}`];
}
