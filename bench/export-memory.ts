import { ExportFormat } from "../packages/contract/src/index.ts";
import { connect, type DatabaseConfig } from "../packages/db/src/index.ts";
import { createTestDatabase, type TestEngine } from "../packages/db/testing/index.ts";
import { hasRealPostgres } from "./_bench-server.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";
import { type ServerProcess, startServerProcess } from "./_server-process.ts";

const USER = "bench";
const EXAMPLES = { usual: 10_000, full: 100_000 };
const FILL_BATCH_ROWS = 10_000;
const MIB = 2 ** 20;
const NEWLINE = 0x0a;

/** What does exporting all examples cost the server in memory and in time, and marking them? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const examples = full ? EXAMPLES.full : EXAMPLES.usual;
  const rows: Cell[][] = [];
  for (const engine of hasRealPostgres() ? (["postgres", "embedded"] as const) : (["embedded"] as const)) {
    rows.push(...(await measure(engine, examples, progress)));
  }
  const columns = ["export", "lines", "MiB", "examples/s", "memory before, MiB", "peak above the start, MiB"];
  const title = `${examples.toLocaleString("en-US")} examples, one reader`;
  const notes = ["Memory is the resident memory of the server's process, the embedded database included."];
  return { tables: [{ title, columns, rows }], notes };
}

async function measure(engine: TestEngine, examples: number, progress: BenchOptions["progress"]): Promise<Cell[][]> {
  process.env["KEEPSAKE_TEST_ENGINE"] = engine;
  await using database = await createTestDatabase();
  progress(`${engine}: filling`);
  await fill(database.config, examples);
  await using server = await startServerProcess(database.config);
  const startMib = await server.residentMib();
  const rows: Cell[][] = [];
  for (const format of ExportFormat.options) {
    progress(`${engine}: ${format}`);
    rows.push([`${engine}: ${format}`, ...(await measureExport(server, { format }, examples, startMib))]);
  }
  progress(`${engine}: jsonl, redacted`);
  const redacted = { format: "jsonl" as const, redact: true, names: ["Ola", "Marek", "Katarzyna"] };
  rows.push([`${engine}: jsonl, redacted`, ...(await measureExport(server, redacted, examples, startMib))]);
  rows.push([`${engine}: marking`, ...(await measureMarking(server, examples, startMib))]);
  return rows;
}

/** Reads an export's stream to its end and keeps nothing of it. */
async function measureExport(server: ServerProcess, input: object, examples: number, startMib: number) {
  const beforeMib = await server.residentMib();
  await server.takePeakMib();
  const startedMs = performance.now();
  const { bytes, lines } = await readExport(server, input);
  const perSecond = (examples * 1000) / (performance.now() - startedMs);
  return [lines, bytes / MIB, Math.round(perSecond), beforeMib, (await server.takePeakMib()) - startMib];
}

async function readExport(server: ServerProcess, input: object): Promise<{ bytes: number; lines: number }> {
  const headers = { "content-type": "application/json", "x-keepsake-user": USER };
  const answer = await fetch(`${server.url}/training/export`, { method: "POST", headers, body: JSON.stringify(input) });
  if (!answer.ok || !answer.body) throw new Error(`the export was answered with ${answer.status}`);
  let bytes = 0;
  let lines = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
  }
  return { bytes, lines };
}

async function measureMarking(server: ServerProcess, examples: number, startMib: number): Promise<Cell[]> {
  const { training } = server.clientOf(USER);
  const [last] = (await training.exports.query({ limit: 1 })).items;
  const beforeMib = await server.residentMib();
  await server.takePeakMib();
  const startedMs = performance.now();
  const { marked } = await training.markExported.mutate({ exportId: last?.exportId ?? "" });
  if (marked !== examples) throw new Error(`${marked} of ${examples} examples were marked`);
  const perSecond = (examples * 1000) / (performance.now() - startedMs);
  return [null, null, Math.round(perSecond), beforeMib, (await server.takePeakMib()) - startMib];
}

/** Examples of about 600 characters, every fifth corrected, scores of all kinds, straight by SQL. */
async function fill(config: DatabaseConfig, examples: number): Promise<void> {
  await using handle = await connect(config);
  await using session = handle.openSession();
  await session.sql`insert into users (user_id) values (${USER})`;
  for (let from = 1; from <= examples; from += FILL_BATCH_ROWS) {
    const to = Math.min(from + FILL_BATCH_ROWS - 1, examples);
    await session.sql`
      insert into training_data (user_id, id, interaction_id, input_text, output_text, corrected_text, feedback_score,
        comment, interaction_type, language, metadata)
      select ${USER}, ('01930000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, 'talk ' || number,
        'Zażółć gęślą jaźń, question ' || number || repeat(' what is said takes some room', 5),
        'Answer ' || number || ' for Ola: 21.5 °C' || repeat(' and what is answered takes more of it', 8),
        case when number % 5 = 0 then 'Better ' || number || repeat(' for Marka', 10) end,
        nullif(number % 6, 0), case when number % 3 = 0 then 'call 601 234 567' end,
        case when number % 2 = 0 then 'question' end, case when number % 4 > 0 then 'pl' end,
        jsonb_build_object('intent', 'ask', 'number', number, 'mail', 'ola' || number || '@example.com')
      from generate_series(${from}::integer, ${to}::integer) as number`;
  }
  await session.sql`analyze`;
}
