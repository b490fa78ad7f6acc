import { listTwins } from "../../apps/api/src/rest/twins.ts";
import { databaseEnvironment, freePort, type KeepsakeProcess } from "../../apps/api/test/_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "../../apps/api/test/_sabotage.ts";
import { lookIn } from "../../packages/db/src/index.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { startFakeOllama } from "../../packages/embeddings/testing/index.ts";
import { residentMib } from "../_process-memory.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { lookInto, startDrillServer } from "./drill-server.ts";
import { Fuzzing } from "./fuzz/fuzzing.ts";
import { findHalfWritten } from "./fuzz/half-written.ts";
import { rowCounter } from "./fuzz/row-counts.ts";

/** Inputs of each procedure. */
const INPUTS = { full: 10_000, short: 100 };
/**
 * What a person may set: `FUZZ_SEED` makes the inputs of an earlier run again, `FUZZ_ONLY` takes the procedures whose
 * names begin with it, `FUZZ_INPUTS` another number of inputs.
 */
const { FUZZ_SEED, FUZZ_ONLY = "", FUZZ_INPUTS } = process.env;
/** An administrator may call everything, and this one as often as it likes. */
const TOKEN = "the fuzzer's own administrator token".replace(/\W/g, "-");
const AS_ADMIN = {
  KEEPSAKE_ADMIN_TOKEN: TOKEN,
  LIMIT_CALLS_PER_SECOND: "100000",
  LIMIT_CALLS_PER_MINUTE: "1000000",
};
/** What a server of 10,000 inputs a procedure may have grown by since it was warm. */
const GROWTH_MB_MAX = 200;

/** Hostile inputs, made from the schemas, for every procedure and by every way in. */
export const drill: Drill = {
  name: "fuzz",
  title:
    "Every procedure is sent inputs of its schema with hostile values: no 5xx, no hang, no leak, nothing half written or changed",
  homes: ["embedded", "postgres"],
  run,
  controls: [
    { title: "a list without its user's filter", homes: ["embedded", "postgres"], run: () => runWithGap(NO_FILTER) },
    { title: "texts without a look for NUL", homes: ["embedded", "postgres"], run: () => runWithGap(NO_LOOK) },
    { title: "refused calls that are not undone", homes: ["embedded", "postgres"], run: () => runWithGap(NOT_UNDONE) },
    { title: "a field stored as another", homes: ["embedded", "postgres"], run: () => runWithGap(STORED_OTHERWISE) },
  ],
};

const NO_FILTER: Gap = {
  sabotage: {
    file: "apps/api/src/memory/store.ts",
    find: "ownedBy(actor, knowledge),\n        input.forgotten ?",
    replace: "undefined,\n        input.forgotten ?",
  },
  procedure: "memory.list",
};

const NO_LOOK: Gap = {
  sabotage: {
    file: "packages/contract/src/fields.ts",
    find: '.refine((value) => !value.includes(NUL), "must not contain a NUL character (U+0000)")',
    replace: "",
  },
  procedure: "memory.add",
};

const NOT_UNDONE: Gap = {
  sabotage: {
    file: "apps/api/src/platform/write-once.ts",
    find: "db.transaction((tx) => runOnce(actor, tx, call, () => effect(tx)))",
    replace: `db.transaction((tx) => runOnce(actor, tx, call, () => effect(tx)).catch((refusal) => ({ refusal })))
      .then((answer) => { if (answer.refusal) throw answer.refusal; return answer; })`,
  },
  procedure: "preferences.set",
};

/** The answer to the call that stored it hides it. */
const STORED_OTHERWISE: Gap = {
  sabotage: {
    file: "apps/api/src/preferences/set-preference.ts",
    find: "return addPreference(actor, tx, key, content);",
    replace: `const row = await addPreference(actor, tx, key, { ...content, category: null });
      return row && { ...row, category: content.category };`,
  },
  procedure: "preferences.set",
};

async function run({ full, log }: DrillOptions): Promise<Outcome> {
  await using database = await createTestDatabase();
  await using ollama = await startFakeOllama();
  await using server = await startDrillServer(database.config, {
    OLLAMA_URL: ollama.url,
    NODE_OPTIONS: WATCHED,
    ...AS_ADMIN,
  });
  await using beside = await lookIn(database.config);
  const fuzzing = new Fuzzing(server.url, TOKEN, toSeed(), await rowCounter(beside.sql));
  const assertUntouched = await fuzzing.guardVictim();
  const growth = new Growth(server.process);
  const twins = listTwins().filter(({ path }) => path.startsWith(FUZZ_ONLY));
  const inputs = Number(FUZZ_INPUTS ?? (full ? INPUTS.full : INPUTS.short));
  for (const twin of twins) {
    await fuzzing.fuzz(twin, inputs);
    await growth.look();
    log(`${twin.path}: ${fuzzing.counts.inputs} inputs, ${growth.nowMb} MB`);
  }
  await assertUntouched();
  await beside[Symbol.asyncDispose]();
  const endedWell = await stop(server.process);
  const halfWritten = await lookInto(database.config, findHalfWritten);
  return {
    counts: { procedures: twins.length, ...fuzzing.counts, faults: fuzzing.failures.length },
    failures: [...fuzzing.failures, ...halfWritten, ...growth.failures, ...endedWell],
    measured: { memory: growth.text },
  };
}

/** Ends the server when something has found its way into every object. */
const WATCHED = `--import data:text/javascript,${encodeURIComponent(
  "const look = () => { for (const key in {}) end(key); if ({}.polluted !== undefined) end('polluted'); };" +
    "const end = (key) => { console.error('every object has', key); process.exit(70); };" +
    "setInterval(look, 20).unref();",
)}`;

const toSeed = () => Number(FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

async function stop(server: KeepsakeProcess): Promise<string[]> {
  server.kill("SIGTERM");
  const code = await server.ended;
  return code === 0 ? [] : [`the server ended with ${code}: ${server.output().slice(-2_000)}`];
}

/** The server's memory, from the second look on: by then it is warm. */
class Growth {
  readonly #server: KeepsakeProcess;
  readonly #looksMb: number[] = [];

  constructor(server: KeepsakeProcess) {
    this.#server = server;
  }

  async look(): Promise<void> {
    this.#looksMb.push(Math.round(await residentMib(this.#server.child.pid)));
  }

  get nowMb(): number {
    return this.#looksMb.at(-1) ?? 0;
  }

  get #warmMb(): number {
    return Math.max(...this.#looksMb.slice(0, 5));
  }

  get text(): string {
    return `${this.#warmMb} MB when warm, ${this.nowMb} MB at the end`;
  }

  get failures(): string[] {
    return this.nowMb - this.#warmMb > GROWTH_MB_MAX ? [`the memory grew: ${this.text}`] : [];
  }
}

/** A part of the source without a check, and the procedure that shows it. */
interface Gap {
  readonly sabotage: Sabotage;
  readonly procedure: string;
}

/** Inputs for a gap until it is found: most of them are refused before they come near it. */
const GAP_ROUNDS = 20;
const INPUTS_OF_A_ROUND = 200;

/** Fuzzes one procedure of a server that has a gap. */
async function runWithGap({ sabotage, procedure }: Gap): Promise<Outcome> {
  await using database = await createTestDatabase();
  const port = String(await freePort());
  await using _process = await startSabotaged([sabotage], {
    ...databaseEnvironment(database.config),
    ...AS_ADMIN,
    PORT: port,
  });
  await using beside = await lookIn(database.config);
  const fuzzing = new Fuzzing(`http://127.0.0.1:${port}`, TOKEN, toSeed(), await rowCounter(beside.sql));
  await fuzzing.guardVictim();
  const twin = listTwins().find(({ path }) => path === procedure);
  for (let round = 0; twin && round < GAP_ROUNDS && fuzzing.failures.length === 0; round += 1)
    await fuzzing.fuzz(twin, INPUTS_OF_A_ROUND);
  return { counts: { ...fuzzing.counts, faults: fuzzing.failures.length }, failures: fuzzing.failures };
}
