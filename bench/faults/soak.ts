import { setTimeout as sleep } from "node:timers/promises";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { startFakeOllama } from "../../packages/embeddings/testing/index.ts";
import { quantile } from "../_timing.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { type DrillServer, startDrillServer } from "./drill-server.ts";
import { SoakCaller, type SoakTally } from "./soak-caller.ts";
import { growsSteadily, type Sample, type Sampler, slopePerHour, startSampler } from "./soak-samples.ts";

const MINUTES = { full: 120, short: 1, control: 3 };
const USERS = 3;
const CALL_EVERY_MS = 50;
const SAMPLE_EVERY_MS = 10_000;
/** Caches, plans and the compiler fill up, and so do the memories that are kept. */
const WARM_UP_SHARE = 0.5;
/** What a figure rises by, quarter after quarter behind the warm-up, is a leak from here on. */
const GROWTH_MAX = { residentMib: 64, openFiles: 8, connections: 2 };
/** A floor has to be found in each: garbage is collected about as often. */
const SLOPE_SHARES = 12;

/** Keeps everything that it answered, and a file for each. */
const LEAKS: Sabotage = {
  file: "apps/api/src/server.ts",
  find: 'server.addHook("onResponse", async',
  replace: `const kept = [];
  server.addHook("onSend", async (request, reply, payload) => {
    kept.push(Buffer.from(String(payload)), Buffer.alloc(100_000, 1), process.getBuiltinModule("fs").openSync("/dev/null"));
    return payload;
  });
  server.addHook("onResponse", async`,
};

/** Hours of what a household asks, many times as fast: nothing may grow that is not stored. */
export const drill: Drill = {
  name: "soak",
  title: "Three users make 20 calls a second for hours, and delete as much as they add",
  homes: ["embedded", "postgres"],
  onlyByName: "takes hours (SOAK_MINUTES)",
  run: (options) => soak(options, minutesOf(options), []),
  controls: [
    {
      title: "every answer is kept, and a file for it",
      homes: ["embedded", "postgres"],
      run: (options) => soak(options, Math.min(MINUTES.control, minutesOf(options)), [LEAKS]),
    },
  ],
};

const minutesOf = ({ full }: DrillOptions): number =>
  Number(process.env["SOAK_MINUTES"] ?? (full ? MINUTES.full : MINUTES.short));

async function soak({ log }: DrillOptions, minutes: number, sabotages: readonly Sabotage[]): Promise<Outcome> {
  if (!(minutes > 0)) throw new Error("SOAK_MINUTES is a number of minutes");
  await using database = await createTestDatabase();
  await using ollama = await startFakeOllama();
  // What is forgotten is erased as soon as somebody sweeps.
  const environment = { OLLAMA_URL: ollama.url, FORGET_RETENTION_DAYS: "0", BACKUP_AT: "off" };
  await using server = await startDrillServer(database.config, environment, sabotages);
  const { pid } = server.process.child;
  await using sampler = startSampler(server.url, pid, database.config);
  const tally: SoakTally = { calls: 0, errors: [], late: 0 };
  const untilMs = performance.now() + minutes * 60_000;
  const [samples] = await Promise.all([
    sampleUntil(untilMs, sampler, server, (sample) => {
      // The fake keeps what it was asked.
      ollama.requests.length = 0;
      log(`${tally.calls} calls, ${tally.errors.length} errors, ${Math.round(sample.residentMib)} MiB`);
    }),
    callUntil(untilMs, server, tally),
  ]);
  const hasRun = isRunning(server);
  server.process.kill("SIGTERM");
  const code = await server.process.ended;
  return toOutcome(samples, tally, [
    ...(hasRun && code === 0 ? [] : [`the server ended with ${code}: ${server.process.output().slice(-500)}`]),
  ]);
}

const isRunning = ({ process: { child } }: DrillServer) => child.exitCode === null && child.signalCode === null;

/** Each call at its time, however long those before it take. */
async function callUntil(untilMs: number, server: DrillServer, tally: SoakTally): Promise<void> {
  const callers = Array.from({ length: USERS }, (_, number) => new SoakCaller(server.url, number, tally));
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  for (let number = 0; performance.now() < untilMs && isRunning(server); number += 1) {
    await sleep(Math.max(startedMs + number * CALL_EVERY_MS - performance.now(), 0));
    const call = callers[number % USERS]?.call() ?? Promise.resolve();
    underWay.add(call);
    void call.finally(() => underWay.delete(call));
  }
  await Promise.all(underWay);
}

async function sampleUntil(
  untilMs: number,
  sampler: Sampler,
  server: DrillServer,
  tell: (sample: Sample) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (performance.now() < untilMs) {
    await sleep(Math.max(Math.min(SAMPLE_EVERY_MS, untilMs - performance.now()), 0));
    if (!isRunning(server)) break;
    const sample = await sampler.take();
    samples.push(sample);
    tell(sample);
  }
  return samples;
}

function toOutcome(samples: readonly Sample[], { calls, errors, late }: SoakTally, ends: readonly string[]): Outcome {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last)
    return { counts: { calls, errors: errors.length }, failures: [...ends, "it ran for too short a time"] };
  const delays = samples.map(({ loopDelayMs }) => loopDelayMs);
  const slope = (figure: (sample: Sample) => number) => `${slopePerHour(warm, figure, SLOPE_SHARES).toFixed(1)} MiB/h`;
  return {
    counts: {
      calls,
      errors: errors.length,
      "turns answered before they were stored": late,
      samples: samples.length,
      "open files at the start": first.openFiles,
      "open files at the end": last.openFiles,
      "connections at the start": first.connections,
      "connections at the end": last.connections,
      "databases opened again": last.reopenings,
    },
    measured: {
      "resident memory after the warm-up": `${toRange(warm.map(({ residentMib }) => residentMib))} MiB`,
      "its floor rises by": slope(({ residentMib }) => residentMib),
      "the heap's floor rises by": slope(({ heapMib }) => heapMib),
      "event loop late, p99 of 10 s": `${quantile(delays, 0.5).toFixed(1)} ms in the middle, ${quantile(delays, 0.99).toFixed(1)} ms in the worst of a hundred`,
    },
    failures: [
      ...ends,
      ...errors.slice(0, 5),
      ...(last.reopenings > 0 ? [`the embedded PostgreSQL was opened again ${last.reopenings} times`] : []),
      ...(Object.keys(GROWTH_MAX) as (keyof typeof GROWTH_MAX)[]).flatMap((figure) => {
        const grows = growsSteadily(warm, (sample) => sample[figure], GROWTH_MAX[figure]);
        return grows ? [`${figure} grows without an end: ${toRange(warm.map((sample) => sample[figure]))}`] : [];
      }),
    ],
  };
}

const toRange = (figures: readonly number[]) =>
  `${Math.min(...figures).toFixed(0)} to ${Math.max(...figures).toFixed(0)}`;
