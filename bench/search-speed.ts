import { type BenchServer, hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import { type Filled, fill } from "./_filled-database.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { timeInTurns } from "./_timing.ts";

const QUESTIONS = 40;
const ROUNDS = { rounds: 40, warmUp: 10 };
/** Beside the one who searches: another user, so that filters by user have something to leave out. */
const NEIGHBOUR = 2_000;
const SMALL = [1_000, 10_000];

/** What does a search cost over HTTP, beside the barest statement of the same table and a call that does nothing? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const rows: Cell[][] = [];
  if (hasRealPostgres()) {
    for (const memories of full ? [...SMALL, 100_000] : SMALL)
      rows.push(...(await measure("postgres", memories, progress)));
  }
  for (const memories of SMALL) rows.push(...(await measure("embedded", memories, progress)));
  const columns = ["search", "median ms", "p95 ms", "against an empty call"];
  const notes = [
    "Made-up sentences in English and Polish, vectors of the fake model, each question's embedding known already.",
    "The empty call is /healthz by the same fetch. The bare statement is the exact search alone, from this process.",
  ];
  return { tables: [{ title: "One caller, five hits", columns, rows }], notes };
}

async function measure(engine: "postgres" | "embedded", memories: number, progress: BenchOptions["progress"]) {
  progress(`${engine}: ${memories} memories`);
  await using server = await startBenchServer({ engine, embeddings: true });
  const filled = await fill(
    server,
    [
      { userId: "ann", memories },
      { userId: "ben", memories: NEIGHBOUR },
    ],
    QUESTIONS,
  );
  const ann = filled.get("ann");
  if (!ann) throw new Error("the user was not filled");
  const timings = await timeInTurns(contenders(server, ann), ROUNDS);
  const empty = timings["an empty call"].medianMs;
  return Object.entries(timings).map(([name, { medianMs, p95Ms }]): Cell[] => [
    `${engine}, ${memories.toLocaleString("en-US")}: ${name}`,
    medianMs,
    p95Ms,
    `${(medianMs / empty).toFixed(1)} x`,
  ]);
}

function contenders(server: BenchServer, { userId, questions }: Filled) {
  const client = server.clientOf(userId);
  const ask = (mode: "hybrid" | "semantic" | "keyword") => (round: number) =>
    client.memory.search.query({ query: questions[round % questions.length] ?? "", mode, limit: 5 });
  const vector = `[${Array.from({ length: 384 }, (_, at) => Math.sin(at)).join(",")}]`;
  return {
    "an empty call": async () => (await fetch(`${server.url}/healthz`)).text(),
    "the bare statement": () =>
      server.sql.unsafe(
        `select item_id from embeddings where user_id = $1 and space_id = ${server.spaceId} and item_type = 'knowledge'
          order by embedding <=> $2::vector limit 5`,
        [userId, vector],
      ),
    keyword: ask("keyword"),
    semantic: ask("semantic"),
    hybrid: ask("hybrid"),
  };
}
