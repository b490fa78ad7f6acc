import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@keepsake/client";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import { startPrivateCluster, whyNoPrivateCluster } from "../../packages/db/testing/index.ts";
import { startFakeOllama } from "../../packages/embeddings/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { type DrillServer, lookInto, serverConfig, startDrillServer } from "./drill-server.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const AWAY_MS = { full: 60_000, short: 3_000 };
const WRITERS = 16;
const USERS = 4;
/** Before it goes away, and after it is back. */
const WRITING_MS = 1_500;
/** Between two rounds in which every writer tries once more. */
const ROUND_EVERY_MS = 500;
/** What is not well again by then never is. */
const WELL_WITHIN_MS = 60_000;
const WELL_WITHIN_MS_CONTROL = 5_000;

/** PostgreSQL stays away, and writers do not give up: they are told, nothing is lost, and everything goes on afterwards. */
export const drill: Drill = {
  name: "database-away",
  title: "PostgreSQL is away for a minute under 16 writers: all are told in time, and everything goes on afterwards",
  homes: ["postgres"],
  whyNot: whyNoPrivateCluster,
  run: (options) => stayAway(options, options.full ? AWAY_MS.full : AWAY_MS.short, WELL_WITHIN_MS, []),
  controls: [
    {
      title: "nobody looks whether it is back",
      homes: ["postgres"],
      run: (options) =>
        stayAway(options, AWAY_MS.short, WELL_WITHIN_MS_CONTROL, [
          { file: "packages/db/src/lanes/circuit.ts", find: "void this.#waitForReturn();", replace: "" },
        ]),
    },
  ],
};

/** What was seen while it was away. */
interface Absence {
  /** Rounds of all writers. */
  rounds: number;
  /** The longest that any call took. */
  slowestMs: number;
  readonly wrong: Set<string>;
}

async function stayAway(
  { log }: DrillOptions,
  awayMs: number,
  wellWithinMs: number,
  sabotages: readonly Sabotage[],
): Promise<Outcome> {
  await using cluster = await startPrivateCluster();
  await using ollama = await startFakeOllama();
  await using server = await startDrillServer(cluster.url, { OLLAMA_URL: ollama.url }, sabotages);
  const crew = new Crew({ writers: WRITERS, users: USERS });
  crew.start(server.url);
  await sleep(WRITING_MS);
  await cluster.kill();
  await crew.stop();
  const before = crew.acknowledged.length;
  log(`away for ${awayMs / 1_000} s`);
  const absence = await keepWriting(server, crew, awayMs);
  const refusals = new Map(crew.log.refusals);
  const duringAbsence = crew.acknowledged.length - before;
  await cluster.start();
  log("back");
  const readyMs = await untilReady(server, wellWithinMs);
  if (readyMs === null) return { counts: { rounds: absence.rounds }, failures: ["the server was not ready again"] };
  await crew.settle(server.url);
  crew.start(server.url);
  await sleep(WRITING_MS);
  await crew.stop();
  const vectorsMs = await untilVectors(server, wellWithinMs);
  const code = await stop(server);
  const comparison = await lookInto(serverConfig(cluster.url), (sql) => compareWithStored(sql, crew.acknowledged));
  return {
    counts: {
      "seconds away": awayMs / 1_000,
      "rounds of 16 writers": absence.rounds,
      "told to come again": [...refusals.values()].reduce((sum, count) => sum + count, 0),
      acknowledged: crew.acknowledged.length,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
    },
    measured: {
      "slowest call": toSeconds(absence.slowestMs),
      "ready again after PostgreSQL accepts": toSeconds(readyMs),
      "all vectors made after": toSeconds(vectorsMs ?? Number.POSITIVE_INFINITY),
    },
    failures: [
      ...toFailures(comparison),
      ...absence.wrong,
      ...crew.log.wrong,
      ...(refusals.has("no answer") ? [`${refusals.get("no answer")} calls had no answer`] : []),
      ...(duringAbsence > 0 ? [`${duringAbsence} writes were acknowledged without a database`] : []),
      ...(crew.log.unsettled.length > 0 ? [`${crew.log.unsettled.length} writes were never answered`] : []),
      ...(vectorsMs === null ? ["the work in the background did not go on"] : []),
      ...(code === 0 ? [] : [`the server ended with ${code}: ${server.process.output().slice(-500)}`]),
    ],
  };
}

async function keepWriting(server: DrillServer, crew: Crew, awayMs: number): Promise<Absence> {
  const absence: Absence = { rounds: 0, slowestMs: 0, wrong: new Set() };
  const until = performance.now() + awayMs;
  while (performance.now() < until) {
    const startedMs = performance.now();
    crew.start(server.url);
    await Promise.all([crew.stop(), ask(server, absence)]);
    absence.rounds += 1;
    absence.slowestMs = Math.max(absence.slowestMs, performance.now() - startedMs);
    await sleep(ROUND_EVERY_MS);
  }
  return absence;
}

/** How it is, and one call in the form in which it goes over the wire. */
async function ask({ url }: DrillServer, { wrong }: Absence): Promise<void> {
  const [healthz, readyz, call] = await Promise.all([
    fetch(`${url}/healthz`),
    fetch(`${url}/readyz`),
    fetch(`${url}/memory/add`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ content: "Said to nobody" }),
    }),
  ]);
  const parts = (await readyz.json()) as { database?: { ok: boolean; reason: string | null } };
  if (healthz.status !== 200) wrong.add(`/healthz answered ${healthz.status}`);
  if (readyz.status !== 503 || parts.database?.ok !== false || !parts.database.reason) {
    wrong.add(`/readyz answered ${readyz.status} and does not say that the database is missing`);
  }
  if (call.status !== 503 || !(Number(call.headers.get("retry-after")) > 0)) {
    wrong.add(`a call was answered with ${call.status} and the Retry-After ${call.headers.get("retry-after")}`);
  }
  await Promise.all([healthz.text(), call.text()]);
}

const toSeconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

/** @returns milliseconds until it holds; null when it never does */
async function until(holds: () => Promise<boolean>, withinMs: number): Promise<number | null> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < withinMs) {
    if (await holds()) return performance.now() - startedMs;
    await sleep(20);
  }
  return null;
}

const untilReady = ({ url }: DrillServer, withinMs: number) =>
  until(async () => {
    const answers = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/memory/stats`)]);
    await Promise.all(answers.map((answer) => answer.text()));
    return answers.every(({ ok }) => ok);
  }, withinMs);

/** Vectors are what the background makes of all that was written meanwhile. */
const untilVectors = ({ url }: DrillServer, withinMs: number) =>
  until(async () => {
    const users = Array.from({ length: USERS }, (_, number) => createClient({ url, userId: `writer-${number}` }));
    const stats = await Promise.all(users.map(({ memory }) => memory.stats.query()));
    return stats.every(({ embeddings }) => embeddings.ready > 0 && embeddings.pending === 0);
  }, withinMs);

async function stop({ process }: DrillServer): Promise<number | string> {
  process.kill("SIGTERM");
  return await process.ended;
}
