import { setTimeout as sleep } from "node:timers/promises";
import {
  createTestDatabase,
  startPrivateCluster,
  type TestDatabase,
  whyNoPrivateCluster,
} from "../packages/db/testing/index.ts";
import { type BenchServer, startBenchServer } from "./_bench-server.ts";
import { fillHome, memoriesOf } from "./_homes.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { measureIdle, measureWritten, type Written } from "./_wal.ts";
import { serverConfig } from "./faults/drill-server.ts";

const OPERATIONS = 300;
const IDLE_SECONDS = { usual: 30, full: 300 };
const KIB = 1024;
const USER = "ann";

type Home = Pick<TestDatabase, "engine" | "config">;
type Operation = (server: BenchServer, text: string) => Promise<unknown>;

const add: Operation = (server, content) => server.clientOf(USER).memory.add.mutate({ content });
const append: Operation = (server, content) =>
  server.clientOf(USER).conversation.append.mutate({ sessionId: "now", role: "user", content });

/** How many bytes does a short memory or message cost the disk, and what is written while nobody asks for anything? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const memories = memoriesOf(full);
  const idleSeconds = full ? IDLE_SECONDS.full : IDLE_SECONDS.usual;
  const measured = [];
  const why = whyNoPrivateCluster();
  if (why === null) {
    await using cluster = await startPrivateCluster();
    const home: Home = { engine: "postgres", config: serverConfig(cluster.url) };
    measured.push(await measure(home, memories, idleSeconds, progress));
  }
  process.env["KEEPSAKE_TEST_ENGINE"] = "embedded";
  await using database = await createTestDatabase();
  measured.push(await measure(database, memories, idleSeconds, progress));
  return toReport(measured, memories, idleSeconds, why);
}

/** Rows of the two tables. */
interface HomeRows {
  readonly writes: Cell[][];
  readonly idle: Cell[];
}

async function measure(
  home: Home,
  memories: number,
  idleSeconds: number,
  progress: BenchOptions["progress"],
): Promise<HomeRows> {
  progress(`${home.engine}: filling with ${memories} memories`);
  await fillHome(home, memories);
  const writes: Cell[][] = [];
  let idle: Cell[];
  {
    await using server = await startBenchServer({ engine: home.engine, existing: home, embeddings: true });
    writes.push(await measureWrites(server, home, "memory.add, with its vector", add, progress));
    writes.push(await measureWrites(server, home, "conversation.append, with its vector", append, progress));
    progress(`${home.engine}: idle for ${idleSeconds} s`);
    idle = await whileIdle(server, home, idleSeconds);
  }
  await using server = await startBenchServer({ engine: home.engine, existing: home });
  writes.push(await measureWrites(server, home, "memory.add, without", add, progress));
  writes.push(await measureWrites(server, home, "conversation.append, without", append, progress));
  return { writes, idle };
}

/** Right after a checkpoint, and once more behind that, when the pages in use have been written whole. */
async function measureWrites(
  server: BenchServer,
  { engine }: Home,
  name: string,
  operation: Operation,
  progress: BenchOptions["progress"],
): Promise<Cell[]> {
  progress(`${engine}: ${name}`);
  await untilVectors(server);
  await server.sql.unsafe("checkpoint");
  const first = await measureWritten(server.sql, () => repeat(server, `${name}, first`, operation));
  const later = await measureWritten(server.sql, () => repeat(server, `${name}, later`, operation));
  return [`${engine}: ${name}`, ...toCells(first), ...toCells(later)];
}

const toCells = ({ bytes, pages, syncs }: Written): Cell[] => [
  bytes / OPERATIONS / KIB,
  pages / OPERATIONS,
  syncs / OPERATIONS,
];

async function repeat(server: BenchServer, what: string, operation: Operation): Promise<void> {
  for (let at = 0; at < OPERATIONS; at += 1)
    await operation(server, `${what}: the lamp number ${at} hangs in the hall`);
  await untilVectors(server);
}

async function untilVectors(server: BenchServer): Promise<void> {
  if (server.ollama === null) return;
  const { system } = server.clientOf(USER);
  while ((await system.status.query()).embeddings.queued > 0) await sleep(200);
}

async function whileIdle(server: BenchServer, { engine }: Home, seconds: number): Promise<Cell[]> {
  // Otherwise autovacuum does it meanwhile, for what was written before.
  await server.sql.unsafe("vacuum analyze");
  await server.sql.unsafe("checkpoint");
  const { bytes, pages, syncs } = await measureIdle(server.sql, seconds);
  return [engine, bytes / KIB, pages, syncs];
}

function toReport(measured: readonly HomeRows[], memories: number, idleSeconds: number, why: string | null): Report {
  const figures = ["KiB of log each", "whole pages each", "syncs each"];
  return {
    tables: [
      {
        title: `${OPERATIONS} short texts after a checkpoint, then ${OPERATIONS} more, beside ${memories.toLocaleString("en-US")} memories`,
        columns: ["write", ...figures, ...figures.map((figure) => `later: ${figure}`)],
        rows: measured.flatMap(({ writes }) => writes),
      },
      {
        title: `Nobody asks for anything for ${idleSeconds} s, after a vacuum and a checkpoint`,
        columns: ["home", "KiB of log", "whole pages", "syncs"],
        rows: measured.map(({ idle }) => idle),
      },
    ],
    notes: [
      "One caller. All that the write causes is in it: audit, answer kept for retries, job, vector and index.",
      "PostgreSQL writes a page whole at its first change after a checkpoint: the first columns have that at its worst, the later ones the less of it the longer the last checkpoint is ago.",
      "PostgreSQL is one of its own with the settings for the Pi (deploy/postgres.conf): whole pages compressed, a checkpoint each 15 minutes. Tables and indexes are written once more by checkpoints; that is not in it.",
      ...(why === null ? [] : [`PostgreSQL was not measured: ${why}; on a shared one others write meanwhile.`]),
    ],
  };
}
