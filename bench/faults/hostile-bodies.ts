import { request } from "node:http";
import { databaseEnvironment, freePort, type KeepsakeProcess } from "../../apps/api/test/_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "../../apps/api/test/_sabotage.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { peakMib, residentMib, takePeakMib } from "../_process-memory.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { startDrillServer } from "./drill-server.ts";

const ROUNDS = { full: 50, short: 5 };
/** Rounds after which the server's memory is taken for what it needs anyway. */
const WARM_ROUNDS = 3;
const MB = 1_048_576;
/** What the peak of memory may rise by while one of these is refused. */
const RISE_MB_MAX = 128;
/** A rise is looked at again: what the server does beside, such as a checkpoint, falls into one look and not in all. */
const LOOKS_MAX = 3;

interface Hostile {
  readonly what: string;
  readonly path: string;
  /** Sent piece by piece, as fast as it is taken. */
  readonly body: readonly Buffer[];
  readonly status: number;
  /** Without its length in advance. */
  readonly isChunked?: boolean;
}

const text = (body: string) => [Buffer.from(body)];
const repeated = (piece: string, times: number) => Array<Buffer>(times).fill(Buffer.from(piece));
const many = (count: number, item: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => item(at)).join(",");

const HOSTILE: readonly Hostile[] = [
  { what: "1 MiB of brackets", path: "/trpc/memory.add", body: text("[".repeat(MB)), status: 400 },
  { what: "1 MiB of braces", path: "/memory/add", body: text('{"a":'.repeat(MB / 5)), status: 400 },
  {
    what: "1 MiB of brackets that are closed",
    path: "/memory/add",
    body: text(`{"content":"x","metadata":{"a":${"[".repeat(MB / 2 - 50)}${"]".repeat(MB / 2 - 50)}}}`),
    status: 400,
  },
  { what: "14 KB of commas", path: `/trpc/${",".repeat(14_000)}?batch=1`, body: text("{}"), status: 414 },
  { what: "4 KB of commas", path: `/trpc/${",".repeat(4_000)}?batch=1`, body: text("{}"), status: 400 },
  { what: "100 MB", path: "/memory/add", body: repeated("x".repeat(MB), 100), status: 413 },
  { what: "100 MB in chunks", path: "/memory/add", body: repeated("x".repeat(MB), 100), status: 413, isChunked: true },
  {
    what: "90,000 keys",
    path: "/trpc/memory.add",
    body: text(`{"json":{${many(90_000, (at) => `"k${at}":1`)}}}`),
    status: 400,
  },
  { what: "500,000 items", path: "/memory/add", body: text(`{"tags":[${many(500_000, () => "1")}]}`), status: 400 },
  {
    what: "50,000 numbers beyond all",
    path: "/memory/add",
    body: text(`[${many(50_000, () => '"9007199254740993"')},1e999]`),
    status: 400,
  },
  {
    what: "a megabyte of one word",
    path: "/memory/add",
    body: text(`{"content":"${"x".repeat(1_000_000)}"}`),
    status: 400,
  },
];

/** What is built to cost a server much and its sender little is refused for little. */
export const drill: Drill = {
  name: "hostile-bodies",
  title: "Bodies that are deep, wide or huge are refused, and the server's memory stays as it was",
  homes: ["embedded", "postgres"],
  run,
  controls: [{ title: "no limit of a body", homes: ["embedded", "postgres"], run: runWithoutLimit }],
};

async function run({ full, log }: DrillOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  await using server = await startDrillServer(database.config);
  return await bombard(server.url, server.process, full ? ROUNDS.full : ROUNDS.short, log);
}

const NO_LIMIT: Sabotage = {
  file: "apps/api/src/server.ts",
  find: "bodyLimit: BODY_BYTES_MAX,",
  replace: "bodyLimit: 1_000_000_000,",
};

async function runWithoutLimit({ log }: DrillOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  const port = String(await freePort());
  await using process = await startSabotaged([NO_LIMIT], { ...databaseEnvironment(database.config), PORT: port });
  return await bombard(`http://127.0.0.1:${port}`, process, 1, log);
}

async function bombard(
  url: string,
  server: KeepsakeProcess,
  rounds: number,
  log: DrillOptions["log"],
): Promise<Outcome> {
  for (let round = 0; round < WARM_ROUNDS; round += 1) for (const hostile of HOSTILE) await send(url, hostile);
  const failures: string[] = [];
  const measured: Record<string, string> = {};
  for (const hostile of HOSTILE) {
    const { answers, riseMb } = await sendWatched(url, server, hostile, rounds);
    const slowestMs = Math.max(...answers.map(({ ms }) => ms));
    measured[hostile.what] = `in ${slowestMs} ms at most, memory +${riseMb} MB`;
    const strange = answers.find(({ status }) => status !== hostile.status);
    if (strange) failures.push(`${hostile.what}: answered ${strange.status} and not ${hostile.status}`);
    if (riseMb > RISE_MB_MAX) failures.push(`${hostile.what}: the memory rose by ${riseMb} MB`);
    log(`${hostile.what}: ${measured[hostile.what]}`);
  }
  if (!(await fetch(`${url}/readyz`)).ok) failures.push("the server is not ready any more");
  const refused = rounds * HOSTILE.length - failures.length;
  return { counts: { kinds: HOSTILE.length, sent: rounds * HOSTILE.length, refused }, failures, measured };
}

/** @returns the answers of all looks, and the smallest rise of the peak in MB */
async function sendWatched(url: string, server: KeepsakeProcess, hostile: Hostile, rounds: number) {
  let riseMb = Number.POSITIVE_INFINITY;
  const answers: Awaited<ReturnType<typeof send>>[] = [];
  for (let look = 0; look < LOOKS_MAX && riseMb > RISE_MB_MAX; look += 1) {
    const peak = await startPeak(server);
    for (let round = 0; round < rounds; round += 1) answers.push(await send(url, hostile));
    riseMb = Math.min(riseMb, await peak());
  }
  return { answers, riseMb };
}

/** @returns tells by how many MB the peak of memory has risen since */
async function startPeak({ child: { pid } }: KeepsakeProcess): Promise<() => Promise<number>> {
  await takePeakMib(pid);
  const before = await residentMib(pid);
  return async () => Math.max(0, Math.round((await peakMib(pid)) - before));
}

/** Sends all that the server takes. Status 0: the connection ended without an answer. */
function send(url: string, { path, body, isChunked }: Hostile): Promise<{ status: number; ms: number }> {
  const startedMs = performance.now();
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  const headers = { "content-type": "application/json", ...(!isChunked && { "content-length": length }) };
  return new Promise((resolve) => {
    const end = (status: number) => resolve({ status, ms: Math.round(performance.now() - startedMs) });
    const sending = request(url + path, { method: "POST", headers }, (response) => {
      response.resume();
      end(response.statusCode ?? 0);
      sending.destroy();
    });
    sending.on("error", () => end(0));
    void writeAll(sending, body);
  });
}

async function writeAll(sending: ReturnType<typeof request>, body: readonly Buffer[]): Promise<void> {
  sending.setMaxListeners(0);
  for (const piece of body) {
    if (sending.destroyed) return;
    if (!sending.write(piece)) await new Promise((resolve) => sending.once("drain", resolve).once("close", resolve));
  }
  sending.end();
}
