import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "./_machine.ts";
import { type Question, type Report, toMarkdown } from "./_report.ts";
import { runDrills, unknownDrills } from "./faults/run-drills.ts";

const USAGE = `What Keepsake costs, beside what it is built on.

  pnpm bench [question…] [options]
  pnpm bench faults [drill…] [--save] [--home embedded|postgres]
                                         what breaks it: kills, power cuts, broken networks, in their full form

  search-speed    memory.search against the bare statements and an empty call
  add-speed       memory.add and addMany against a bare INSERT, with the model off, healthy and slow
  begin-turn      conversation.begin against its statements alone
  cache-lookup    cache.lookup and cache.store against the bare statement and an empty call
  export-memory   the server's memory while it exports training examples, in every format, and what marking them takes
  guard-qqp       how often the cache's guard is right about labelled question pairs (KEEPSAKE_QQP_FILE names them)
  message-speed   conversation.append, history, sessions and search, the longer the talk has been going on
  recall-locomo   what a search by words finds in LoCoMo's conversations, kept as memories
  recall-messages the same, kept as messages, with neighbours, sessions and days counted and not
  archives        a verified backup, restore, export and import of everything: time, size and memory of each command
  cold-start      how long after a kill in the middle of writes a server is ready again
  write-bytes     what a short memory or message writes to PostgreSQL's log, and what an idle server writes
  row-level-security  what PostgreSQL's own row-level security would cost each statement, and which index it keeps
  faults soak     hours of calls, only when named: SOAK_MINUTES for each home (120), and 3 for the control

  --full   100,000 memories, answers or examples too, 200,000 messages; takes minutes
  --save   writes bench/results/<question>-<date>.json

KEEPSAKE_LOCOMO_FILE names LoCoMo's conversations; without it their questions are skipped.
BENCH_MEMORIES says how many memories archives, cold-start and write-bytes begin with, instead of 10,000 or 100,000.
TEST_DATABASE_URL names a PostgreSQL with pgvector to measure on; without it only the embedded one is measured.`;

const QUESTIONS: Readonly<Record<string, () => Promise<{ run: Question }>>> = {
  "search-speed": () => import("./search-speed.ts"),
  "add-speed": () => import("./add-speed.ts"),
  "begin-turn": () => import("./begin-turn.ts"),
  "cache-lookup": () => import("./cache-lookup.ts"),
  "export-memory": () => import("./export-memory.ts"),
  "recall-locomo": () => import("./recall-locomo.ts"),
  "guard-qqp": () => import("./guard-qqp.ts"),
  "message-speed": () => import("./message-speed.ts"),
  "recall-messages": () => import("./recall-messages.ts"),
  archives: () => import("./archives.ts"),
  "cold-start": () => import("./cold-start.ts"),
  "write-bytes": () => import("./write-bytes.ts"),
  "row-level-security": () => import("./row-level-security.ts"),
};

const HOMES = ["embedded", "postgres"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    home: { type: "string", multiple: true, default: [...HOMES] },
    help: { type: "boolean", default: false },
  },
});

const [first, ...drills] = positionals;
const homes = HOMES.filter((home) => values.home.includes(home));
const unknown = [
  ...(first === "faults" ? unknownDrills(drills) : positionals.filter((name) => !(name in QUESTIONS))),
  ...values.home.filter((home) => !(HOMES as readonly string[]).includes(home)),
];
if (values.help || unknown.length > 0) {
  const what = first === "faults" ? "drill or home" : "question or home";
  console.log(unknown.length > 0 ? `No such ${what}: ${unknown.join(", ")}.\n\n${USAGE}` : USAGE);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else if (first === "faults") {
  await drillFaults(drills);
} else {
  await ask(positionals.length > 0 ? positionals : Object.keys(QUESTIONS));
}

async function ask(names: readonly string[]): Promise<void> {
  const machine = await describeMachine();
  for (const [what, value] of Object.entries(machine)) console.log(`${what}: ${value}`);
  for (const name of names) {
    console.log(`\n## ${name}\n`);
    const report = await answer(name);
    console.log([...report.tables.map(toMarkdown), report.notes.map((note) => `- ${note}`).join("\n")].join("\n\n"));
    if (values.save) await save(name, machine, report);
  }
}

async function drillFaults(names: readonly string[]): Promise<void> {
  const machine = await describeMachine();
  for (const [what, value] of Object.entries(machine)) console.log(`${what}: ${value}`);
  const { hasFailed, ...report } = await runDrills({ names, homes }, (step) => console.error(`… ${step}`));
  console.log(`\n${report.tables.map(toMarkdown).join("\n\n")}`);
  for (const note of report.notes) console.log(`- ${note}`);
  if (values.save) await save("faults", machine, report);
  if (hasFailed) process.exitCode = 1;
}

async function answer(name: string): Promise<Report> {
  const { run } = (await QUESTIONS[name]?.()) ?? {};
  if (!run) throw new Error(`no file answers ${name}`);
  return run({ full: values.full, progress: (step) => console.error(`… ${step}`) });
}

async function save(name: string, machine: object, report: Report): Promise<void> {
  const measuredAt = new Date().toISOString();
  const folder = new URL("results/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL(`${name}-${measuredAt.slice(0, 10)}.json`, folder);
  await writeFile(file, `${JSON.stringify({ name, measuredAt, full: values.full, machine, ...report }, null, 2)}\n`);
}
