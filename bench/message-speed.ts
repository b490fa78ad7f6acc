import { hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import { fillSessions } from "./_filled-sessions.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { timeInTurns } from "./_timing.ts";

const QUESTIONS = 40;
const ROUNDS = { rounds: 40, warmUp: 10 };
/** Another user's part, so that filters by user have something to leave out. */
const NEIGHBOUR_SHARE = 0.7;
const SMALL = [1_000, 10_000];
/** Of these every message has a vector; more would take long to make. */
const EMBEDDED_MAX = 10_000;

/** What do the calls of a conversation cost, beside a call that does nothing, the longer the talk has been going on? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const rows: Cell[][] = [];
  if (hasRealPostgres()) {
    for (const messages of full ? [...SMALL, 200_000] : SMALL)
      rows.push(...(await measure("postgres", messages, progress)));
  }
  for (const messages of SMALL) rows.push(...(await measure("embedded", messages, progress)));
  const columns = ["call", "median ms", "p95 ms", "against an empty call"];
  const notes = [
    "Made-up sentences in sessions of twenty lines; another user has said seven tenths as much.",
    `Vectors of the fake model, up to ${EMBEDDED_MAX.toLocaleString("en-US")} messages; the questions' vectors are known.`,
  ];
  return { tables: [{ title: "One caller, ten hits with a line on each side", columns, rows }], notes };
}

async function measure(engine: "postgres" | "embedded", messages: number, progress: BenchOptions["progress"]) {
  progress(`${engine}: ${messages} messages`);
  const embedded = messages <= EMBEDDED_MAX;
  // Vectors come from the fill: the server would ask for those that are missing.
  await using server = await startBenchServer({ engine, embeddings: embedded });
  const users = [
    { userId: "ann", messages, embedded },
    { userId: "ben", messages: Math.round(messages * NEIGHBOUR_SHARE), embedded },
  ];
  const questions = await fillSessions(server, users, QUESTIONS);
  const timings = await timeInTurns(
    contenders(server.url, server.clientOf("ann").conversation, questions, embedded),
    ROUNDS,
  );
  const empty = timings["an empty call"]?.medianMs ?? Number.NaN;
  return Object.entries(timings).map(([name, { medianMs, p95Ms }]): Cell[] => [
    `${engine}, ${messages.toLocaleString("en-US")}: ${name}`,
    medianMs,
    p95Ms,
    `${(medianMs / empty).toFixed(1)} x`,
  ]);
}

type Conversation = ReturnType<Awaited<ReturnType<typeof startBenchServer>>["clientOf"]>["conversation"];

function contenders(url: string, conversation: Conversation, questions: readonly string[], embedded: boolean) {
  const ask = (mode: "hybrid" | "semantic" | "keyword") => (round: number) =>
    conversation.search.query({ query: questions[round % questions.length] ?? "", mode });
  return {
    "an empty call": async () => (await fetch(`${url}/healthz`)).text(),
    append: (round: number) =>
      conversation.append.mutate({ sessionId: "now", role: "user", content: `The lamp number ${round} is on` }),
    history: (round: number) => conversation.history.query({ sessionId: `s${round}` }),
    sessions: () => conversation.sessions.query(),
    "search by words": ask("keyword"),
    ...(embedded && { "search by meaning": ask("semantic"), "search by both": ask("hybrid") }),
  } as Record<string, (round: number) => Promise<unknown>>;
}
