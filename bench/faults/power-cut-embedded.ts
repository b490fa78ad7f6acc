import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { databaseEnvironment, freePort, startProcess } from "../../apps/api/test/_keepsake-process.ts";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import { type EmbeddedConfig, sideSocketPath } from "../../packages/db/src/index.ts";
import { startFakeOllama } from "../../packages/embeddings/testing/index.ts";
import { Crew } from "./crew.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { type DrillServer, lookInto, startDrillServer } from "./drill-server.ts";
import { type LoopDisk, makeLoopDisk, whyNoLoopDisk } from "./loop-disk.ts";
import { compareWithStored, toFailures } from "./stored-marks.ts";

const DISK_MB = 512;
const WRITERS = 16;
const USERS = 4;
const CUT_WITHIN_MS = 2500;
/** A first start takes so long on a quick machine; a cut after it falls into its first seconds of serving. */
const CREATED_WITHIN_MS = 12_000;

/** What goes on beside the writing when the power is cut. */
const MOMENTS = ["writing", "checkpoints", "segment switches"] as const;
type Moment = (typeof MOMENTS)[number];
const DISTURBANCES: Readonly<Record<Moment, string | null>> = {
  writing: null,
  checkpoints: "checkpoint",
  "segment switches": "select pg_switch_wal()",
};

/** Something has to be there that can be lost. */
const ACKNOWLEDGED_MIN = 8;

const ROUNDS = {
  full: { writing: 36, creating: 14 },
  short: { writing: 2, creating: 1 },
  control: { writing: 1 },
};

const FSYNC_OFF: Sabotage = {
  file: "packages/db/src/embedded/durable-files.ts",
  find: '"fsync=on"',
  replace: '"fsync=off"',
};

/** A power cut at any moment: while writing, at checkpoints, between segments of the log, at the first creation. */
export const drill: Drill = {
  name: "power-cut-embedded",
  title: "The power is cut while 16 writers make changes of every kind and vectors are made",
  homes: ["embedded"],
  whyNot: whyNoLoopDisk,
  run,
  controls: [
    {
      title: "fsync off",
      homes: ["embedded"],
      run: (options) => cutWhileWriting(ROUNDS.control.writing, options, [FSYNC_OFF]),
    },
  ],
};

async function run(options: DrillOptions): Promise<Outcome> {
  const rounds = options.full ? ROUNDS.full : ROUNDS.short;
  const writing = await cutWhileWriting(rounds.writing, options, []);
  const creating = await cutWhileCreating(rounds.creating, options);
  return {
    counts: { ...writing.counts, "cuts of a first start": rounds.creating, ...creating.counts },
    failures: [...writing.failures, ...creating.failures],
  };
}

/** Each cut's disk is the next round's, so that what the first one acknowledged has to outlive them all. */
async function cutWhileWriting(
  rounds: number,
  { log }: DrillOptions,
  sabotages: readonly Sabotage[],
): Promise<Outcome> {
  await using ollama = await startFakeOllama();
  await using disks = new AsyncDisposableStack();
  let disk = disks.use(await makeLoopDisk(DISK_MB));
  const crew = new Crew({ writers: WRITERS, users: USERS });
  const opened: string[] = [];
  let cuts = 0;
  for (; cuts < rounds && opened.length === 0; cuts += 1) {
    const moment = MOMENTS[cuts % MOMENTS.length] ?? "writing";
    try {
      await using server = await startOn(disk, ollama.url, sabotages);
      await crew.settle(server.url);
      disk = disks.use(await cutIn(moment, disk, server, crew));
      log(`cut ${cuts + 1} of ${rounds} (${moment}), ${crew.log.acknowledged.length} acknowledged`);
    } catch (error) {
      await crew.stop();
      // Before the first cut nothing has been damaged: the drill itself is at fault.
      if (cuts === 0) throw error;
      opened.push(`after ${cuts} cuts the database did not open by itself: ${String(error)}`);
    }
  }
  return await judge(disk, ollama.url, crew, cuts, opened);
}

async function cutIn(moment: Moment, disk: LoopDisk, { url, process }: DrillServer, crew: Crew): Promise<LoopDisk> {
  const dataDir = dataFolder(disk);
  const before = crew.log.acknowledged.length;
  crew.start(url);
  const disturbance = disturb(dataDir, DISTURBANCES[moment]);
  while (crew.log.acknowledged.length < before + ACKNOWLEDGED_MIN && process.child.exitCode === null) await sleep(10);
  await sleep(Math.random() * CUT_WITHIN_MS);
  const next = await disk.cutPower([process.child.pid ?? 0]);
  await Promise.all([crew.stop(), disturbance]);
  return next;
}

/** The same statement again and again through the side socket, until the server is gone. */
async function disturb(dataDir: string, statement: string | null): Promise<void> {
  if (statement === null) return;
  const path = (await sideSocketPath(dataDir)) ?? "";
  const sql = postgres({ path, user: "postgres", database: "postgres", max: 1, onnotice: () => {} });
  try {
    for (;;) {
      await sql.unsafe(statement);
      await sleep(20);
    }
  } catch {
    // The power is off.
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** A last start settles what had no answer; then all is compared. */
async function judge(
  disk: LoopDisk,
  ollamaUrl: string,
  crew: Crew,
  cuts: number,
  opened: readonly string[],
): Promise<Outcome> {
  const counts = { cuts, acknowledged: crew.log.acknowledged.length };
  if (opened.length > 0) return { counts, failures: opened };
  {
    await using server = await startOn(disk, ollamaUrl, []);
    await crew.settle(server.url);
    server.process.kill("SIGTERM");
    await server.process.ended;
  }
  const config: EmbeddedConfig = { home: "embedded", dataDir: dataFolder(disk) };
  const comparison = await lookInto(config, (sql) => compareWithStored(sql, crew.acknowledged));
  const damaged = await lookInto(config, findDamage);
  return {
    counts: {
      ...counts,
      acknowledged: crew.log.acknowledged.length,
      lost: comparison.lost.length,
      doubled: comparison.doubled.length,
      "broken rules": comparison.broken.length,
      "damaged indexes and tables": damaged.length,
    },
    failures: [...toFailures(comparison), ...crew.log.wrong, ...damaged],
  };
}

/** Reads every row of every table: a torn page does not match its checksum. And counts every index against its table. */
async function findDamage(sql: Parameters<Parameters<typeof lookInto>[1]>[0]): Promise<string[]> {
  const damaged: string[] = [];
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', relnamespace::regnamespace, relname) as name from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'pgboss')`;
  for (const { name } of tables) {
    await sql.unsafe(`select count(to_jsonb(t)::text) from ${name} t`).catch((error: unknown) => {
      damaged.push(`${name}: ${String(error)}`);
    });
    const counted: number[] = [];
    for (const scan of [
      "enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off",
      "enable_seqscan = off",
    ]) {
      await sql.unsafe(`set ${scan}`);
      const [row] = await sql.unsafe<{ count: number }[]>(`select count(*)::int as count from ${name}`);
      counted.push(row?.count ?? -1);
      await sql.unsafe("reset all");
    }
    if (counted[0] !== counted[1]) damaged.push(`${name} has ${counted[0]} rows, and ${counted[1]} by its index`);
  }
  return damaged;
}

/** A disk on which nothing was acknowledged yet: the next start has to make it whole by itself. */
async function cutWhileCreating(rounds: number, { log }: DrillOptions): Promise<Outcome> {
  const failures: string[] = [];
  let movedAside = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await using fresh = await makeLoopDisk(DISK_MB);
    const started = startProcess({
      ...databaseEnvironment({ home: "embedded", dataDir: dataFolder(fresh) }),
      PORT: String(await freePort()),
      LOG_LEVEL: "warn",
    });
    await sleep((CREATED_WITHIN_MS * (round - Math.random())) / rounds);
    await using found = await fresh.cutPower([started.child.pid ?? 0]);
    await started.ended;
    try {
      await using server = await startOn(found, null, []);
      if (server.process.output().includes("interrupted")) movedAside += 1;
    } catch (error) {
      failures.push(`cut ${round} of a first start: ${String(error)}`);
    }
    log(`cut ${round} of ${rounds} first starts`);
  }
  return { counts: { "half-made folders moved aside": movedAside, unopenable: failures.length }, failures };
}

async function startOn(disk: LoopDisk, ollamaUrl: string | null, sabotages: readonly Sabotage[]): Promise<DrillServer> {
  const ollama = ollamaUrl === null ? {} : { OLLAMA_URL: ollamaUrl };
  const config: EmbeddedConfig = { home: "embedded", dataDir: dataFolder(disk) };
  return startDrillServer(config, { LOG_LEVEL: "info", ...ollama }, sabotages);
}

const dataFolder = ({ folder }: LoopDisk) => join(folder, "data");
