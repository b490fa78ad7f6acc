import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { type Timing, timeTogether } from "./_timing.ts";

const OPERATIONS = 200;
const SLOW_MODEL_MS = 5_000;

/** What does adding cost, beside a bare INSERT with its commit, and does a slow model make it slower? */
export async function run({ progress }: BenchOptions): Promise<Report> {
  const rows: Cell[][] = [];
  for (const engine of hasRealPostgres() ? (["postgres", "embedded"] as const) : (["embedded"] as const)) {
    progress(engine);
    rows.push(...(await measure(engine)));
  }
  const columns = ["adding", "median ms", "p95 ms", "against the bare INSERT"];
  const notes = [`The slow model answers after ${SLOW_MODEL_MS / 1000} s; no call waits for it.`];
  return { tables: [{ title: `${OPERATIONS} memories each`, columns, rows }], notes };
}

async function measure(engine: "postgres" | "embedded"): Promise<Cell[][]> {
  const timings: [string, Timing][] = [];
  {
    await using off = await startBenchServer({ engine });
    timings.push(["the bare INSERT", await timeTogether(bareInsert(off), { operations: OPERATIONS, callers: 1 })]);
    timings.push(["model off, one caller", await addBy(off, "off", 1)]);
    timings.push(["model off, 16 callers", await addBy(off, "off-16", 16)]);
  }
  await using on = await startBenchServer({ engine, embeddings: true });
  timings.push(["model healthy, one caller", await addBy(on, "healthy", 1)]);
  on.ollama?.setFault({ kind: "delay", ms: SLOW_MODEL_MS });
  timings.push(["model slow, one caller", await addBy(on, "slow", 1)]);
  on.ollama?.setFault(null);
  const bare = timings[0]?.[1].medianMs ?? Number.NaN;
  return timings.map(([name, { medianMs, p95Ms }]) => [
    `${engine}: ${name}`,
    medianMs,
    p95Ms,
    `${(medianMs / bare).toFixed(1)} x`,
  ]);
}

function addBy(server: BenchServer, userId: string, callers: number): Promise<Timing> {
  const client = server.clientOf(userId);
  const add = (index: number) => client.memory.add.mutate({ content: `The lamp number ${index} hangs in the hall` });
  return timeTogether(add, { operations: OPERATIONS, callers });
}

const bareInsert = (server: BenchServer) => (index: number) =>
  server.sql`insert into knowledge (user_id, id, content, content_hash)
    values ('bare', gen_random_uuid(), ${`The lamp number ${index} hangs in the hall`}, ${String(index)})`;
