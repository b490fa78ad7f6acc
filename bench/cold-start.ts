import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@keepsake/client";
import {
  databaseEnvironment,
  freePort,
  type KeepsakeProcess,
  startProcess,
} from "../apps/api/test/_keepsake-process.ts";
import type { DatabaseConfig } from "../packages/db/src/index.ts";
import type { TestEngine } from "../packages/db/testing/index.ts";
import { startFakeOllama } from "../packages/embeddings/testing/index.ts";
import { build } from "./_built.ts";
import { filledHome, homes, memoriesOf } from "./_homes.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { quantile } from "./_timing.ts";

const KILLS = { usual: 5, full: 20 };
/** Written before each kill by callers at once: the log then has something to replay. */
const WRITES = 200;
const CALLERS = 4;
const POLL_MS = 20;
const READY_WITHIN_MS = 300_000;

/** What a start took, milliseconds from the moment its process was started. */
interface Start {
  readonly readyMs: number;
  readonly foundMs: number;
}

/** How long after a kill in the middle of writes is a server ready again? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const memories = memoriesOf(full);
  await build();
  const kills = full ? KILLS.full : KILLS.usual;
  const rows: Cell[][] = [];
  for (const engine of homes()) rows.push(await measure(engine, memories, kills, progress));
  const columns = [
    "home",
    "ready after a clean stop, s",
    "after a kill: median, s",
    "worst, s",
    "a search by words answered: median, s",
    "worst, s",
  ];
  return {
    tables: [
      { title: `${memories.toLocaleString("en-US")} memories, each with a vector, ${kills} kills`, columns, rows },
    ],
    notes: [
      `From the start of the process until /readyz answers 200. SIGKILL while ${CALLERS} callers add ${WRITES} memories; a PostgreSQL server goes on meanwhile, the embedded one dies with its process.`,
      "The server as the image runs it, built.",
    ],
  };
}

async function measure(
  engine: TestEngine,
  memories: number,
  kills: number,
  progress: BenchOptions["progress"],
): Promise<Cell[]> {
  progress(`${engine}: filling with ${memories} memories`);
  await using database = await filledHome(engine, memories);
  await using ollama = await startFakeOllama();
  const starts: Start[] = [];
  for (let start = 0; start <= kills; start += 1) {
    starts.push(await startWriteKill(database.config, ollama.url, start));
    progress(`${engine}: start ${start}, ready after ${Math.round(starts.at(-1)?.readyMs ?? 0)} ms`);
  }
  const [clean, ...cold] = starts;
  const seconds = (figure: (start: Start) => number, share: number) => quantile(cold.map(figure), share) / 1000;
  return [
    engine,
    (clean?.readyMs ?? Number.NaN) / 1000,
    seconds(({ readyMs }) => readyMs, 0.5),
    seconds(({ readyMs }) => readyMs, 1),
    seconds(({ foundMs }) => foundMs, 0.5),
    seconds(({ foundMs }) => foundMs, 1),
  ];
}

async function startWriteKill(database: DatabaseConfig, ollamaUrl: string, start: number): Promise<Start> {
  const PORT = String(await freePort());
  const url = `http://127.0.0.1:${PORT}`;
  const startedMs = performance.now();
  const variables = {
    ...databaseEnvironment(database),
    PORT,
    OLLAMA_URL: ollamaUrl,
    BACKUP_AT: "off",
    LOG_LEVEL: "warn",
  };
  await using server = startProcess(variables);
  await untilReady(server, url);
  const readyMs = performance.now() - startedMs;
  await createClient({ url, userId: "ann" }).memory.search.query({
    query: "the house and the garden",
    mode: "keyword",
  });
  const foundMs = performance.now() - startedMs;
  await writeUntilKilled(server, url, start);
  return { readyMs, foundMs };
}

async function untilReady(server: KeepsakeProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.text();
    if (answer?.ok) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the server was not ready within ${READY_WITHIN_MS} ms: ${server.output()}`);
}

/** Killed with the last write of each caller under way. */
async function writeUntilKilled(server: KeepsakeProcess, url: string, start: number): Promise<void> {
  let made = 0;
  const write = async (caller: number) => {
    const client = createClient({ url, userId: "ann", retries: 0, timeoutMs: 60_000 });
    while (made < WRITES) {
      made += 1;
      await client.memory.add.mutate({ content: `Start ${start}: caller ${caller} says number ${made}` });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => write(caller)));
  const client = createClient({ url, userId: "ann", retries: 0 });
  const last = client.memory.add.mutate({ content: `Start ${start}: the last` }).catch(() => {});
  server.kill("SIGKILL");
  await Promise.all([last, server.ended]);
}
