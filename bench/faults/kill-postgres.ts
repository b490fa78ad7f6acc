import { setTimeout as sleep } from "node:timers/promises";
import { type PrivateCluster, startPrivateCluster, whyNoPrivateCluster } from "../../packages/db/testing/index.ts";
import { quantile } from "../_timing.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { type DrillServer, lookInto, serverConfig, startDrillServer } from "./drill-server.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const ROUNDS = { full: 50, short: 3, control: 6 };
const WRITERS = 16;
const USERS = 4;
const KILLED_WITHIN_MS = 1_500;
/** How long it stays away. */
const AWAY_MS = { full: 1_000, short: 700 };
const READY_WITHIN_MS = 60_000;

/** SIGKILL to the postmaster and its children: nothing acknowledged is lost, and the server goes on by itself. */
export const drill: Drill = {
  name: "kill-postgres",
  title: "PostgreSQL is killed while 16 writers make changes of every kind, and comes back",
  homes: ["postgres"],
  whyNot: whyNoPrivateCluster,
  run: (options) => killInRounds(options, options.full ? ROUNDS.full : ROUNDS.short, {}),
  controls: [
    {
      title: "synchronous_commit off",
      homes: ["postgres"],
      // What is lost is the last moment before the kill, so that a longer delay of the log's writer shows it sooner.
      run: (options) =>
        killInRounds(options, ROUNDS.control, {
          synchronous_commit: "off",
          wal_writer_delay: "10000",
          wal_buffers: "64MB",
        }),
    },
  ],
};

/** What was seen while it was away. */
interface Absence {
  readonly notReady: boolean;
  readonly hasRetryAfter: boolean;
  readonly readyMs: number | null;
}

async function killInRounds(
  { full, log }: DrillOptions,
  rounds: number,
  settings: Record<string, string>,
): Promise<Outcome> {
  await using cluster = await startPrivateCluster({ settings });
  await using server = await startDrillServer(cluster.url, { KEEPSAKE_DURABILITY: "relaxed" });
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const absences: Absence[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    crew.start(server.url);
    await sleep(Math.random() * KILLED_WITHIN_MS);
    await cluster.kill();
    absences.push(await lookWhileAway(cluster, server, full ? AWAY_MS.full : AWAY_MS.short));
    await crew.stop();
    await crew.settle(server.url);
    if (round % 10 === 0) log(`${round} kills, ${crew.acknowledged.length} acknowledged`);
  }
  server.process.kill("SIGTERM");
  const code = await server.process.ended;
  const comparison = await lookInto(serverConfig(cluster.url), (sql) => compareWithStored(sql, crew.acknowledged));
  const ready = absences.map(({ readyMs }) => readyMs ?? Number.POSITIVE_INFINITY);
  return {
    counts: {
      kills: rounds,
      acknowledged: crew.acknowledged.length,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
      "restarts of the server": code === 0 ? 0 : 1,
    },
    measured: {
      "ready again after PostgreSQL accepts": `p50 ${Math.round(quantile(ready, 0.5))} ms, p99 ${Math.round(quantile(ready, 0.99))} ms`,
    },
    failures: [
      ...toFailures(comparison),
      ...crew.log.wrong,
      ...(crew.log.unsettled.length > 0 ? [`${crew.log.unsettled.length} writes were never answered`] : []),
      ...(code === 0 ? [] : [`the server ended with ${code}: ${server.process.output().slice(-500)}`]),
      ...(absences.every(({ notReady }) => notReady) ? [] : ["/readyz said ready while PostgreSQL was away"]),
      ...(absences.every(({ hasRetryAfter }) => hasRetryAfter)
        ? []
        : ["a call was not refused with 503 and Retry-After"]),
      ...(ready.every(Number.isFinite) ? [] : [`the server was not ready within ${READY_WITHIN_MS} ms`]),
    ],
  };
}

async function lookWhileAway(cluster: PrivateCluster, { url }: DrillServer, awayMs: number): Promise<Absence> {
  const readyz = await fetch(`${url}/readyz`);
  const call = await fetch(`${url}/memory/stats`);
  await sleep(awayMs);
  await cluster.start();
  const startedMs = performance.now();
  let readyMs: number | null = null;
  while (readyMs === null && performance.now() - startedMs < READY_WITHIN_MS) {
    if ((await fetch(`${url}/memory/stats`)).ok) readyMs = performance.now() - startedMs;
    else await sleep(10);
  }
  return {
    notReady: readyz.status === 503,
    hasRetryAfter: call.status === 503 && call.headers.has("retry-after"),
    readyMs,
  };
}
