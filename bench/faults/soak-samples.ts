import postgres from "postgres";
import type { DatabaseConfig } from "../../packages/db/src/index.ts";
import { countOpenFiles, residentMib } from "../_process-memory.ts";

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
/** Node measures the delay of its loop by a timer of so many milliseconds, which are no delay. */
const LOOP_RESOLUTION_MS = 10;

/** How the server was at one moment. */
export interface Sample {
  readonly atMs: number;
  readonly residentMib: number;
  readonly heapMib: number;
  readonly openFiles: number;
  /** Connections to PostgreSQL; 0 on the embedded home. */
  readonly connections: number;
  /** How late the event loop was, the 99th percentile since the sample before, milliseconds. */
  readonly loopDelayMs: number;
  /** How often the embedded PostgreSQL was opened again. */
  readonly reopenings: number;
}

/** Looks at a server from outside, and at what it tells of itself. */
export interface Sampler extends AsyncDisposable {
  take(): Promise<Sample>;
}

/** The process is the server's alone: whoever measures and calls is another. */
export function startSampler(url: string, pid: number | undefined, database: DatabaseConfig): Sampler {
  const sql = database.home === "server" ? openWatch(database.url) : null;
  return {
    async take() {
      const told = toFigures(await (await fetch(`${url}/metrics`)).text());
      return {
        atMs: performance.now(),
        residentMib: await residentMib(pid),
        heapMib: (told.get("nodejs_heap_size_used_bytes") ?? Number.NaN) / MIB,
        openFiles: await countOpenFiles(pid),
        connections: sql === null ? 0 : await countConnections(sql),
        loopDelayMs: (told.get("nodejs_eventloop_lag_p99_seconds") ?? Number.NaN) * 1000 - LOOP_RESOLUTION_MS,
        reopenings: told.get("keepsake_database_reopenings") ?? 0,
      };
    },
    [Symbol.asyncDispose]: async () => void (await sql?.end({ timeout: 1 })),
  };
}

const openWatch = (url: string) =>
  postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "soak" } });

async function countConnections(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<[{ connections: number }]>`
    select count(*)::int as connections from pg_stat_activity
    where datname = current_database() and application_name = 'keepsake'`;
  return row.connections;
}

/** Figures without labels, by their names. */
function toFigures(metrics: string): Map<string, number> {
  return new Map([...metrics.matchAll(/^([a-z_0-9]+) (\S+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));
}

/**
 * The floor of each equal share of the time: what is above it is garbage that nobody has collected yet.
 *
 * @returns fewer than `shares` only when there are fewer samples
 */
function floorsOf(samples: readonly Sample[], figure: (sample: Sample) => number, shares: number): number[] {
  const length = Math.max(samples.length / shares, 1);
  return Array.from({ length: Math.min(shares, samples.length) }, (_, share) => {
    const some = samples.slice(Math.floor(share * length), Math.floor((share + 1) * length));
    return Math.min(...some.map(figure));
  });
}

/** By how much a figure rises in an hour: the straight line of least squares through its floors. */
export function slopePerHour(samples: readonly Sample[], figure: (sample: Sample) => number, shares: number): number {
  const floors = floorsOf(samples, figure, shares);
  const tookMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  const middle = (floors.length - 1) / 2;
  const mean = floors.reduce((sum, floor) => sum + floor, 0) / floors.length;
  const covariance = floors.reduce((sum, floor, at) => sum + (at - middle) * (floor - mean), 0);
  const variance = floors.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const perShare = covariance / variance;
  return (perShare * floors.length * HOUR_MS) / tookMs;
}

/** Whether a figure is higher in each quarter than in the one before, and in the last by more than `by` than in the first. */
export function growsSteadily(samples: readonly Sample[], figure: (sample: Sample) => number, by: number): boolean {
  const floors = floorsOf(samples, figure, 4);
  const rises = floors.every((floor, at) => at === 0 || floor > (floors[at - 1] ?? floor));
  return rises && (floors.at(-1) ?? 0) - (floors[0] ?? 0) > by;
}
