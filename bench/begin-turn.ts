import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { quantile } from "./_timing.ts";

const USER = "ann";
const QUESTIONS = 20;
const ROUNDS = 120;
const WARM_UP = 30;

/** What does `conversation.begin` cost with the text's vector known, beside its statements alone? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const rows: Cell[][] = [];
  for (const engine of hasRealPostgres() ? (["postgres", "embedded"] as const) : (["embedded"] as const)) {
    for (const items of full ? [1_000, 10_000] : [1_000]) {
      progress(`${engine}: ${items} memories and messages`);
      await using server = await startBenchServer({ engine, embeddings: true });
      await fill(server, items);
      rows.push(...(await measure(server, `${engine}, ${items.toLocaleString("en-US")}`)));
    }
  }
  const columns = ["begin", "median ms", "p95 ms", "against its statements"];
  return {
    tables: [{ title: "One caller, the vector known, no cached answer", columns, rows }],
    notes: [
      "As many memories as messages of earlier sessions, with vectors of the fake model; a context of 1,500 tokens.",
      "The statements are one flush: save, look up, both arms over memories and over messages, the tail, preferences.",
    ],
  };
}

const toText = (at: number) =>
  `Where did we put the ${["ladder", "charger", "passport", "blue vase"][at % 4]} number ${at}?`;

async function fill(server: BenchServer, items: number): Promise<void> {
  const { conversation, memory } = server.clientOf(USER);
  for (let at = 0; at < items; at += 500) {
    const batch = Array.from({ length: Math.min(500, items - at) }, (_, step) => at + step);
    await memory.addMany.mutate({
      items: batch.map((number) => ({ content: `The ladder number ${number} is in shed ${number % 9}` })),
    });
  }
  for (let at = 0; at < items; at += 1) {
    const [role, content] =
      at % 2 ? (["assistant", `Shed ${at % 9}.`] as const) : (["user", `Which shed has ladder ${at}?`] as const);
    await conversation.append.mutate({ sessionId: `before-${Math.floor(at / 20)}`, role, content });
  }
  for (let waiting = 1; waiting > 0; ) {
    waiting = (await server.clientOf(USER).system.status.query()).embeddings.queued;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const questions = Array.from({ length: QUESTIONS }, (_, at) => toText(at));
  await server.keepsake.services.embeddings?.queries.embed(questions, "query");
  await server.sql`analyze`;
}

async function measure(server: BenchServer, label: string): Promise<Cell[][]> {
  const { conversation } = server.clientOf(USER);
  const taken: Record<"its statements alone" | "inside the server" | "over HTTP", number[]> = {
    "its statements alone": [],
    "inside the server": [],
    "over HTTP": [],
  };
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const startedMs = performance.now();
    const { timings } = await conversation.begin.mutate({
      sessionId: `now-${round}`,
      text: toText(round % QUESTIONS),
      budgetMs: 30_000,
    });
    const overHttpMs = performance.now() - startedMs;
    // What follows the answer is not to meet the next round.
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (round < WARM_UP) continue;
    taken["its statements alone"].push(timings.databaseMs ?? Number.NaN);
    taken["inside the server"].push(timings.totalMs);
    taken["over HTTP"].push(overHttpMs);
  }
  const aloneMs = quantile(taken["its statements alone"], 0.5);
  return Object.entries(taken).map(([what, ms]): Cell[] => [
    `${label}: ${what}`,
    quantile(ms, 0.5),
    quantile(ms, 0.95),
    `${(quantile(ms, 0.5) / aloneMs).toFixed(2)} x`,
  ]);
}
