import { setTimeout as sleep } from "node:timers/promises";
import { wordsQuery } from "../apps/api/src/memory/keyword-store.ts";
import { exactQuery, indexQuery } from "../apps/api/src/memory/semantic-store.ts";
import { SearchMemoriesInput } from "../packages/contract/src/index.ts";
import { connect, type DatabaseHandle } from "../packages/db/src/index.ts";
import { type BenchServer, hasRealPostgres, type Statement, startBenchServer } from "./_bench-server.ts";
import { fill, toVector } from "./_filled-database.ts";
import { applyVariant, VARIANTS, type Variant } from "./_policies.ts";
import type { BenchOptions, Cell, Report, Table } from "./_report.ts";
import { timeInTurns } from "./_timing.ts";

type Sql = DatabaseHandle["sql"];

const QUESTIONS = 20;
const ROUNDS = { rounds: 20, warmUp: 6 };
const USER = "ann";
/** Another user, so that the policies have something to leave out. */
const NEIGHBOURS = ["ben"];

/** What would row-level security cost each statement, and which index would still serve it? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  if (!hasRealPostgres()) return { tables: [], notes: ["TEST_DATABASE_URL names no PostgreSQL: not measured."] };
  const tables: Table[] = [];
  for (const memories of full ? [5_000, 100_000] : [5_000]) tables.push(await measure(memories, progress));
  return {
    tables,
    notes: [
      "Each cell: median milliseconds, how many times that of the same statements without row-level security, run in turns with them, and whether the index that serves them without it still does.",
      "Each set of statements is sent at once, in one transaction that is rolled back: no disk is waited for.",
      ...VARIANTS.map(({ name, what }) => `${name}: ${what}`),
    ],
  };
}

async function measure(memories: number, progress: BenchOptions["progress"]): Promise<Table> {
  progress(`filling ${memories} memories each of ${NEIGHBOURS.length + 1} users`);
  await using server = await startBenchServer({ engine: "postgres", embeddings: true });
  const users = [USER, ...NEIGHBOURS].map((userId) => ({ userId, memories }));
  const questions = (await fill(server, users, QUESTIONS)).get(USER)?.questions ?? [];
  const operations = await listOperations(server, questions);
  await using handle = await connect(server.database);
  await using bare = handle.openSession();
  await using held = handle.openSession();
  const cells = new Map(operations.map(({ name }) => [name, [] as Cell[]]));
  for (const variant of VARIANTS) {
    progress(`${memories}: ${variant.name}`);
    await using applied = await applyVariant(server.sql, variant);
    await held.sql.unsafe(`set role ${applied.role}`);
    for (const operation of operations) cells.get(operation.name)?.push(await compare(operation, bare.sql, held.sql));
    await held.sql.unsafe("reset role");
  }
  return {
    title: `One user of two, ${memories.toLocaleString("en-US")} memories each`,
    columns: ["statements", ...VARIANTS.map(({ name }: Variant) => name)],
    rows: [...cells].map(([name, row]): Cell[] => [name, ...row]),
  };
}

/** Statements of one call. */
interface Operation {
  readonly name: string;
  /** Of one round. */
  statements(round: number): readonly Statement[];
  /** The index that they are made for; null where it is the primary key's. */
  readonly index: string | null;
}

async function compare(operation: Operation, bare: Sql, held: Sql): Promise<string> {
  const timings = await timeInTurns(
    {
      bare: (round) => runOnce(bare, operation.statements(round), null),
      held: (round) => runOnce(held, operation.statements(round), USER),
    },
    ROUNDS,
  );
  const ratio = timings.held.medianMs / timings.bare.medianMs;
  const served = operation.index === null ? "" : (await isServed(held, operation)) ? ", index" : ", no index";
  return `${timings.held.medianMs.toPrecision(3)} (${ratio.toFixed(1)} x${served})`;
}

/** Sends all at once, as the server does: the setting of the user costs no wait of its own. */
async function runOnce(sql: Sql, statements: readonly Statement[], userId: string | null): Promise<void> {
  const sent = [
    sql.unsafe("begin"),
    ...(userId === null ? [] : [sql.unsafe(SET_USER, [userId], { prepare: true })]),
    ...statements.map(({ text, parameters }) => sql.unsafe(text, parameters as never[], { prepare: true })),
    sql.unsafe("rollback"),
  ].map((query) => query.execute());
  const failed = (await Promise.allSettled(sent)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

const SET_USER = "select set_config('keepsake.user_id', $1, true)";

async function isServed(sql: Sql, { statements, index }: Operation): Promise<boolean> {
  await sql.unsafe("begin");
  await sql.unsafe(SET_USER, [USER]);
  const plans: string[] = [];
  for (const { text, parameters } of statements(0)) {
    const rows = await sql.unsafe(`explain ${text}`, parameters as never[]);
    plans.push(JSON.stringify(rows));
  }
  await sql.unsafe("rollback");
  return plans.some((plan) => plan.includes(index ?? ""));
}

const WAIT_MS = 200;

/** The transaction is the bench's own, and vectors come when they come. */
const NOT_OF_THE_CALL = /pgboss|insert\s(?:.|\n)*"embeddings"|embedding_failure" =|^\s*(?:begin|commit|set)\b/i;

async function listOperations(server: BenchServer, questions: readonly string[]): Promise<Operation[]> {
  const { memory, conversation } = server.clientOf(USER);
  const { id } = await memory.add.mutate({ content: "The lamp of the bench is green" });
  const captured = async (name: string, index: string | null, call: () => Promise<unknown>): Promise<Operation> => {
    server.takeStatements();
    await call();
    const statements = server.takeStatements().filter(({ text }) => !NOT_OF_THE_CALL.test(text));
    return { name, index, statements: () => statements };
  };
  while ((await memory.stats.query()).embeddings.pending > 0) await sleep(WAIT_MS);
  const operations = [
    await captured("add", null, () => memory.add.mutate({ content: "The other lamp of the bench is red" })),
    await captured("get", null, () => memory.get.query({ id })),
    await captured("list", null, () => memory.list.query({ limit: 50 })),
    await captured("list by a rare tag", "knowledge_tags_gin_idx", () => memory.list.query({ tags: ["rare"] })),
    ...(await searches(server, questions)),
    await captured("begin's flush", "knowledge_search_gin_idx", () =>
      conversation.begin.mutate({ sessionId: "bench", text: questions[0] ?? "", budgetMs: 60_000 }),
    ),
  ];
  await forgetCaptured(server.sql);
  return operations;
}

/** So that each round stores what the captured call stored. */
async function forgetCaptured(sql: Sql): Promise<void> {
  await sql`delete from knowledge where user_id = ${USER} and content like '%lamp of the bench is red'`;
  for (const table of ["conversations", "interactions", "sessions", "idempotency_keys", "cache_flights"])
    await sql`delete from ${sql(table)} where user_id = ${USER}`;
  await sql.unsafe("begin; set local keepsake.audit_erasure = 'allowed'; delete from audit_log; commit");
}

/** The statements of both searches by meaning, each for all questions: the server sends one or the other. */
async function searches(server: BenchServer, questions: readonly string[]): Promise<Operation[]> {
  const { db, embeddings } = server.keepsake.services;
  if (!embeddings) throw new Error("the server has no vectors");
  const { space } = embeddings;
  const actor = { userId: USER };
  const built = async (name: string, index: string | null, make: (query: string) => ReturnType<typeof wordsQuery>) => {
    server.takeStatements();
    for (const query of questions) await db.execute(make(query));
    const statements = server.takeStatements().filter(({ text }) => !NOT_OF_THE_CALL.test(text));
    const at = (round: number) => statements.slice(round % statements.length, (round % statements.length) + 1);
    return { name, index, statements: at };
  };
  const toInput = (query: string) => SearchMemoriesInput.parse({ query });
  const search = (query: string) => ({ space, vector: toVector(query), limit: 5, exactRowsMax: 0 });
  return [
    await built("search by words", "knowledge_search_gin_idx", (query) => wordsQuery(actor, toInput(query), 50)),
    await built("search by meaning, exact", null, (query) => exactQuery(actor, toInput(query), search(query))),
    await built("search by meaning, HNSW", "hnsw", (query) => indexQuery(actor, toInput(query), search(query))),
  ];
}
