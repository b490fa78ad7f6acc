import { setTimeout as sleep } from "node:timers/promises";
import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import {
  createTestDatabase,
  type NetworkFault,
  type NetworkProxy,
  startNetworkProxy,
} from "../../packages/db/testing/index.ts";
import { quantile } from "../_timing.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { type DrillServer, startDrillServer } from "./drill-server.ts";

/** What callers are told while the database is not as it should be. */
const DOCUMENTED = new Set(["DATABASE_UNAVAILABLE", "OVERLOADED"]);
const CALLS = { full: 1_430, short: 48 };
const CALLERS = 16;
/** A call that is open for so long counts as hung. */
const HUNG_AFTER_MS = 30_000;
const HUNG_AFTER_MS_CONTROL = 10_000;
/** Calls are spread over this while the fault lasts, so that some meet it and others find it. */
const SPREAD_MS = { full: 20_000, short: 3_000 };

const FAULTS: readonly NetworkFault[] = [
  { kind: "blackhole" },
  { kind: "half-open" },
  { kind: "reset" },
  { kind: "accept-and-close" },
  { kind: "down" },
  { kind: "slow", requestMs: 500, answerMs: 500 },
  { kind: "cut-after-query", text: "insert into" },
];

/** What was seen of the calls under one fault. */
interface Seen {
  readonly ms: number[];
  readonly undocumented: string[];
  hung: number;
  answered: number;
  refused: number;
}

/** Every call is answered while the network to the database is broken, and the server is well again by itself. */
export const drill: Drill = {
  name: "network",
  title: "The network to the database is broken in every way there is, and every call is answered",
  homes: ["postgres"],
  run: (options) => callUnderAll({ ...options, faults: FAULTS, hungAfterMs: HUNG_AFTER_MS, sabotages: [] }),
  controls: [
    {
      title: "no limit to waiting for the database",
      homes: ["postgres"],
      run: (options) =>
        callUnderAll({
          ...options,
          full: false,
          faults: [{ kind: "half-open" }],
          hungAfterMs: HUNG_AFTER_MS_CONTROL,
          sabotages: [{ file: "packages/db/src/lanes/lane.ts", find: "}, limitMs);", replace: "}, 2 ** 30);" }],
        }),
    },
  ],
};

interface NetworkOptions extends DrillOptions {
  readonly faults: readonly NetworkFault[];
  readonly hungAfterMs: number;
  readonly sabotages: readonly Sabotage[];
}

async function callUnderAll({ full, log, faults, hungAfterMs, sabotages }: NetworkOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  if (database.config.home !== "server") throw new Error("only a server has a network before it");
  const url = new URL(database.config.url);
  await using proxy = await startNetworkProxy(url.hostname, Number(url.port));
  url.host = `127.0.0.1:${proxy.port}`;
  await using server = await startDrillServer(url.href, {}, sabotages);
  const client = createClient({ url: server.url, timeoutMs: hungAfterMs, retries: 0 });
  const failures: string[] = [];
  const measured: Record<string, string> = {};
  const counts = { calls: 0, answered: 0, "told why not": 0, undocumented: 0, hung: 0 };
  for (const fault of faults) {
    log(fault.kind);
    await warm(client);
    const seen = await callUnder(fault, proxy, client, { full, hungAfterMs });
    await proxy.setFault({ kind: "none" });
    const readyMs = await untilReady(server, hungAfterMs);
    if (readyMs === null) failures.push(`${fault.kind}: the server was not ready again within ${hungAfterMs} ms`);
    counts.calls += seen.ms.length + seen.hung;
    counts.answered += seen.answered;
    counts["told why not"] += seen.refused;
    counts.undocumented += seen.undocumented.length;
    counts.hung += seen.hung;
    measured[fault.kind] =
      `slowest ${toSeconds(Math.max(...seen.ms))}, ready again in ${toSeconds(readyMs ?? Number.POSITIVE_INFINITY)}`;
    failures.push(...seen.undocumented.slice(0, 3).map((what) => `${fault.kind}: answered ${what}`));
    if (seen.hung > 0) failures.push(`${fault.kind}: ${seen.hung} calls were not answered within ${hungAfterMs} ms`);
    if (seen.ms.length > 0) measured[`${fault.kind} p99`] = toSeconds(quantile(seen.ms, 0.99));
  }
  return { counts, failures: [...failures, ...(await stopped(server))], measured };
}

const toSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** Connections that are open and idle are what a fault meets first. */
async function warm(client: KeepsakeClient): Promise<void> {
  await Promise.allSettled(Array.from({ length: 16 }, () => client.memory.stats.query()));
}

async function callUnder(
  fault: NetworkFault,
  proxy: NetworkProxy,
  client: KeepsakeClient,
  { full, hungAfterMs }: Pick<NetworkOptions, "full" | "hungAfterMs">,
): Promise<Seen> {
  const calls = full ? CALLS.full : CALLS.short;
  const pauseMs = ((full ? SPREAD_MS.full : SPREAD_MS.short) * CALLERS) / calls;
  const seen: Seen = { ms: [], undocumented: [], hung: 0, answered: 0, refused: 0 };
  let left = calls;
  const caller = async (number: number) => {
    while (left > 0) {
      left -= 1;
      await call(client, left + number, seen, hungAfterMs);
      await sleep(pauseMs * Math.random());
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, number) => caller(number));
  // In the middle of what is under way.
  await sleep(20);
  await proxy.setFault(fault);
  await Promise.all(callers);
  return seen;
}

async function call(client: KeepsakeClient, number: number, seen: Seen, hungAfterMs: number): Promise<void> {
  const startedMs = performance.now();
  try {
    await KINDS[number % KINDS.length]?.(client, number);
    seen.answered += 1;
  } catch (error) {
    const reason = errorReason(error);
    if (reason === null && performance.now() - startedMs >= hungAfterMs - 1_000) {
      seen.hung += 1;
      return;
    }
    if (reason !== null && DOCUMENTED.has(reason)) seen.refused += 1;
    else seen.undocumented.push(`${reason ?? "nothing"}: ${String(error)}`);
  }
  seen.ms.push(performance.now() - startedMs);
}

const KINDS: readonly ((client: KeepsakeClient, number: number) => Promise<unknown>)[] = [
  ({ memory }, number) => memory.add.mutate({ content: `Said over a bad line, ${number}` }),
  ({ memory }) => memory.search.query({ query: "line" }),
  ({ memory }) => memory.list.query({ limit: 5 }),
  ({ preferences }, number) => preferences.set.mutate({ key: `line.k${number % 7}`, value: number }),
  ({ conversation }, number) => conversation.append.mutate({ sessionId: "s", role: "user", content: `Said ${number}` }),
  ({ conversation }) => conversation.begin.mutate({ sessionId: "s", text: "Who called?", budgetMs: 1_000 }),
  ({ cache }) => cache.lookup.mutate({ text: "Who called yesterday?" }),
  ({ training }) => training.stats.query(),
];

/** @returns milliseconds until the server says that it is ready, and answers; null when it never does */
async function untilReady({ url }: DrillServer, withinMs: number): Promise<number | null> {
  const startedMs = performance.now();
  const signal = AbortSignal.timeout(withinMs);
  while (performance.now() - startedMs < withinMs) {
    const [ready, stats] = await Promise.all([
      fetch(`${url}/readyz`, { signal }).catch(() => null),
      fetch(`${url}/memory/stats`, { signal }).catch(() => null),
    ]);
    if (ready?.ok && stats?.ok) return performance.now() - startedMs;
    await sleep(20);
  }
  return null;
}

async function stopped({ process }: DrillServer): Promise<string[]> {
  if (process.child.exitCode !== null) return [`the server ended by itself with ${process.child.exitCode}`];
  process.kill("SIGTERM");
  const code = await process.ended;
  return code === 0 ? [] : [`the server ended with ${code}`];
}
