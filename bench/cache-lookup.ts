import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { timeInTurns, timeTogether } from "./_timing.ts";

const QUESTIONS = 40;
const ROUNDS = { rounds: 200, warmUp: 20 };
const TOGETHER = { operations: 1_000, callers: 16 };
const USER = "ann";

/** What does a look-up in the response cache cost, beside the barest statement and a call that does nothing? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const [alone, together]: [Cell[][], Cell[][]] = [[], []];
  for (const engine of hasRealPostgres() ? (["postgres", "embedded"] as const) : (["embedded"] as const)) {
    for (const entries of full ? [1_000, 100_000] : [1_000]) {
      progress(`${engine}: ${entries} answers`);
      await using server = await startBenchServer({ engine, settings: { cacheEntriesMax: entries } });
      await fill(server, entries);
      const name = `${engine}, ${entries.toLocaleString("en-US")}`;
      alone.push(...(await timeAlone(server, name)));
      together.push(...(await timeSixteen(server, name)));
    }
  }
  return {
    tables: [
      { title: "One caller", columns: ["call", "median ms", "p95 ms", "against an empty call"], rows: alone },
      {
        title: "Sixteen callers of one user",
        columns: ["call", "median ms", "p95 ms", "calls a second"],
        rows: together,
      },
    ],
    notes: [
      "The empty call is /healthz by the same fetch. The bare statement selects the answer by its key, from this process.",
      "A hit and a miss write: the answer's use, and the user's counts. A store lets the least recently used leave.",
    ],
  };
}

const toText = (round: number) => `Where does lamp ${round % QUESTIONS} hang?`;

/** A full cache, of which the questions are a small part. */
async function fill(server: BenchServer, entries: number): Promise<void> {
  const { cache } = server.clientOf(USER);
  const rest = entries - QUESTIONS;
  await server.sql`
    insert into response_cache (user_id, id, query_hash, query_text, response, used_at, expires_at)
    select ${USER}, gen_random_uuid(), md5(number::text), 'Another question', repeat('An answer. ', 20),
      now() - number * interval '1 ms', now() + interval '1 hour' + number * interval '1 ms'
    from generate_series(1, ${rest}::int) as number`;
  await server.sql`insert into cache_counters (user_id, stored) values (${USER}, ${rest})`;
  await server.sql`analyze response_cache`;
  for (let at = 0; at < QUESTIONS; at += 1) {
    await cache.store.mutate({ text: toText(at), response: "In the hall. ".repeat(20), generationMs: 900 });
  }
}

async function timeAlone(server: BenchServer, name: string): Promise<Cell[][]> {
  const { cache, system } = server.clientOf(USER);
  const [{ key = "" } = {}] = (await cache.list.query({ limit: 1 })).items;
  const timings = await timeInTurns(
    {
      "an empty call": async () => (await fetch(`${server.url}/healthz`)).text(),
      "system.status, which asks no database": () => system.status.query(),
      "the bare statement": () =>
        server.sql`select response from response_cache where user_id = ${USER} and query_hash = ${key}`,
      "a hit": (round) => cache.lookup.mutate({ text: toText(round) }),
      "a miss": (round) => cache.lookup.mutate({ text: `Unheard of ${round}` }),
      "a store": (round) => cache.store.mutate({ text: `New question ${round}`, response: "New." }),
    },
    ROUNDS,
  );
  const empty = timings["an empty call"].medianMs;
  return Object.entries(timings).map(([call, { medianMs, p95Ms }]): Cell[] => [
    `${name}: ${call}`,
    medianMs,
    p95Ms,
    `${(medianMs / empty).toFixed(1)} x`,
  ]);
}

async function timeSixteen(server: BenchServer, name: string): Promise<Cell[][]> {
  const { cache } = server.clientOf(USER);
  const hits = await timeTogether((index) => cache.lookup.mutate({ text: toText(index) }), TOGETHER);
  const empty = await timeTogether(async () => (await fetch(`${server.url}/healthz`)).text(), TOGETHER);
  return Object.entries({ "an empty call": empty, "a hit": hits }).map(([call, { medianMs, p95Ms, perSecond }]) => [
    `${name}: ${call}`,
    medianMs,
    p95Ms,
    Math.round(perSecond),
  ]);
}
