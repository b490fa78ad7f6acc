import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, errorReason, type KeepsakeClient } from "@keepsake/client";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import {
  clusterRoot,
  type PrivateCluster,
  startPrivateCluster,
  whyNoPrivateCluster,
} from "../../packages/db/testing/index.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, serverConfig, startDrillServer } from "./drill-server.ts";

const DISK_MB = 160;
/** A control goes on until its fault is found: whether a table or the log is the first to find no room is chance. */
const ROUNDS = { full: 10, short: 2, control: 8 };
const WRITES_MAX = 2_000;
/** What is kept back, and given free when the disk is full. */
const RESERVE_BYTES = 24 * 2 ** 20;
const FILLER = "It says nothing and takes room. ".repeat(900);
/** Until a write works again once there is room. */
const RECOVERED_WITHIN_MS = 30_000;
const SETTINGS = { max_wal_size: "64MB", min_wal_size: "32MB", shared_buffers: "16MB" };

/**
 * A full disk under PostgreSQL. Where a table finds no room, writing is refused with the reason, reading works, and space
 * that returns is enough. Where its log finds none, PostgreSQL stops, and whoever runs it (compose, systemd, the drill)
 * starts it again: calls are told that the database does not answer, until there is room.
 */
export const drill: Drill = {
  name: "disk-full-postgres",
  title: "PostgreSQL's disk fills up while memories are added",
  homes: ["postgres"],
  whyNot: whyNoPrivateCluster,
  run: (options) => fillInRounds(options, { rounds: options.full ? ROUNDS.full : ROUNDS.short }),
  controls: [
    {
      title: "a full disk is not told from a database that is away",
      homes: ["postgres"],
      run: (options) => fillInRounds(options, { rounds: ROUNDS.control, untilFound: true, sabotages: [FULL_IS_AWAY] }),
    },
  ],
};

const FULL_IS_AWAY: Sabotage = {
  file: "apps/api/src/platform/database-failure.ts",
  find: 'new Set(["53100", "ENOSPC"])',
  replace: 'new Set(["ENOSPC"])',
};

interface FillOptions {
  readonly rounds: number;
  readonly untilFound?: boolean;
  readonly sabotages?: readonly Sabotage[];
}

async function fillInRounds(
  { log }: DrillOptions,
  { rounds, untilFound = false, sabotages = [] }: FillOptions,
): Promise<Outcome> {
  const home = mkdtempSync(join(clusterRoot(), "keepsake-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}M,mode=755`, "tmpfs", home]);
  try {
    await using cluster = await startPrivateCluster({ home, settings: SETTINGS });
    await using server = await startDrillServer(cluster.url, {}, sabotages);
    const client = createClient({ url: server.url, timeoutMs: 30_000, retries: 0 });
    const seen: Seen = { rounds: 0, acknowledged: [], reasons: new Map(), failures: [], reads: 0, stops: 0 };
    let outcome: Outcome;
    do {
      seen.rounds += 1;
      await fillOnce({ home, cluster, client, seen });
      log(`full ${seen.rounds} of ${rounds} times, ${seen.acknowledged.length} acknowledged`);
      outcome = await toOutcome(cluster, seen);
    } while (seen.rounds < rounds && !(untilFound && outcome.failures.length > 0));
    return outcome;
  } finally {
    execFileSync("umount", ["--lazy", home]);
    rmSync(home, { recursive: true, force: true });
  }
}

async function toOutcome(cluster: PrivateCluster, seen: Seen): Promise<Outcome> {
  const { rounds } = seen;
  const stored = await lookInto(serverConfig(cluster.url), (sql) => sql<{ id: string }[]>`select id from knowledge`);
  const ids = new Set(stored.map(({ id }) => id));
  const lost = seen.acknowledged.filter((id) => !ids.has(id));
  const { STORAGE_FULL = 0, DATABASE_UNAVAILABLE = 0, ...others } = Object.fromEntries(seen.reasons);
  return {
    counts: {
      "times full": rounds,
      acknowledged: seen.acknowledged.length,
      lost: lost.length,
      "refused with STORAGE_FULL": STORAGE_FULL,
      "stopped for want of room in its log": seen.stops,
      "read meanwhile": seen.reads,
    },
    failures: [
      ...seen.failures,
      ...(lost.length > 0 ? [`${lost.length} acknowledged memories are lost`] : []),
      ...(STORAGE_FULL + DATABASE_UNAVAILABLE < rounds ? ["a full disk was not told each time"] : []),
      ...(DATABASE_UNAVAILABLE > seen.stops ? ["a database that goes on was said not to answer"] : []),
      ...Object.keys(others).map((reason) => `a write on a full disk answered ${reason}`),
    ],
  };
}

interface Seen {
  rounds: number;
  readonly acknowledged: string[];
  readonly reasons: Map<string, number>;
  readonly failures: string[];
  reads: number;
  stops: number;
}

interface Round {
  readonly home: string;
  readonly cluster: PrivateCluster;
  readonly client: KeepsakeClient;
  readonly seen: Seen;
}

async function fillOnce({ home, cluster, client, seen }: Round): Promise<void> {
  const reserve = join(home, "reserve");
  fillUpTo(reserve, RESERVE_BYTES);
  chmodSync(home, 0o755);
  const isFull = await writeUntilRefused(client, seen);
  if (!isFull) seen.failures.push(`${WRITES_MAX} memories did not fill the disk`);
  const [first] = seen.acknowledged;
  const read = await client.memory.get.query({ id: first ?? "" }).catch(errorReason);
  const hasStopped = read === "DATABASE_UNAVAILABLE";
  if (hasStopped) seen.stops += 1;
  else if (typeof read === "object" && read !== null) seen.reads += 1;
  else seen.failures.push(`reading on a full disk answered ${String(read)}`);
  rmSync(reserve);
  if (hasStopped) {
    await cluster.kill();
    await cluster.start();
  }
  await writeAgain(client, seen);
}

/** As much of it as there is room for: the round before may have left less. */
function fillUpTo(file: string, bytes: number): void {
  try {
    writeFileSync(file, Buffer.alloc(bytes));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

async function writeAgain(client: KeepsakeClient, seen: Seen): Promise<void> {
  const giveUpAt = performance.now() + RECOVERED_WITHIN_MS;
  let answer: unknown;
  while (performance.now() < giveUpAt) {
    const added = await client.memory.add.mutate({ content: `Room again, ${seen.rounds}` }).catch(errorReason);
    if (typeof added === "object" && added !== null) {
      seen.acknowledged.push(added.id);
      return;
    }
    answer = added;
    await sleep(100);
  }
  seen.failures.push(`with room again a write answered ${String(answer)}`);
}

async function writeUntilRefused(client: KeepsakeClient, seen: Seen): Promise<boolean> {
  for (let number = 0; number < WRITES_MAX; number += 1) {
    // Nothing that a compression could make small.
    const content = `${seen.rounds} ${number} ${crypto.randomUUID()} ${shuffled(FILLER)}`;
    const added = await client.memory.add.mutate({ content }).catch(errorReason);
    if (typeof added === "object" && added !== null) {
      seen.acknowledged.push(added.id);
      continue;
    }
    const reason = added ?? "no answer";
    seen.reasons.set(reason, (seen.reasons.get(reason) ?? 0) + 1);
    return true;
  }
  return false;
}

const shuffled = (text: string) =>
  Array.from({ length: text.length / 8 }, () => Math.random().toString(36).slice(2, 9)).join(" ");
