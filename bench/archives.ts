import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createZstdDecompress } from "node:zlib";
import { databaseEnvironment } from "../apps/api/test/_keepsake-process.ts";
import type { TestDatabase, TestEngine } from "../packages/db/testing/index.ts";
import { emptyHome, filledHome, homes, memoriesOf } from "./_homes.ts";
import { type Measured, measureKeepsake } from "./_measured-command.ts";
import type { BenchOptions, Cell, Report } from "./_report.ts";

/** What the same commands take with next to nothing: what is above it is the rows'. */
const FEW_MEMORIES = 100;
const MIB = 2 ** 20;
const STEPS = ["backup now", "restore", "export --all", "import", "export --all again"] as const;

type Step = (typeof STEPS)[number];

/** What each command took, and what it wrote. */
interface Round {
  readonly steps: Readonly<Record<Step, Measured & { readonly mib: number | null }>>;
  readonly isSame: boolean;
}

/** What do a verified backup, a restore, an export and an import of everything take, in time and in memory? */
export async function run({ full, progress }: BenchOptions): Promise<Report> {
  const memories = memoriesOf(full);
  const rows: Cell[][] = [];
  for (const engine of homes()) {
    progress(`${engine}: ${FEW_MEMORIES} memories`);
    const few = await measure(engine, FEW_MEMORIES, () => {});
    const many = await measure(engine, memories, (step) => progress(`${engine}: ${memories} memories, ${step}`));
    if (!few.isSame || !many.isSame) throw new Error(`${engine}: the second export differs from the first`);
    rows.push(...STEPS.map((step) => toRow(engine, step, many, few)));
  }
  const columns = ["command", "seconds", "MiB written", "peak memory, MiB", `above the same with ${FEW_MEMORIES}, MiB`];
  return {
    tables: [
      { title: `${memories.toLocaleString("en-US")} memories of three users, each with a vector`, columns, rows },
    ],
    notes: [
      "Each command is a process of its own, from source, its start included. Memory is the process's: the embedded PostgreSQL is in it (twice while it backs up), a server is not.",
      "backup now writes the archive, restores it into a scratch database and compares; restore and import go into an empty home.",
      "The second export is of the home that was imported into: its rows are the first one's, byte for byte.",
    ],
  };
}

function toRow(engine: TestEngine, step: Step, many: Round, few: Round): Cell[] {
  const { seconds, mib, peakMib } = many.steps[step];
  return [`${engine}: keepsake ${step}`, seconds, mib, peakMib, peakMib - few.steps[step].peakMib];
}

async function measure(engine: TestEngine, memories: number, progress: (step: string) => void): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-bench-"));
  try {
    progress("filling");
    await using home = await filledHome(engine, memories);
    return await measureIn(folder, home, progress);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, home: TestDatabase, progress: (step: string) => void): Promise<Round> {
  const backups = join(folder, "backups");
  const [first, second] = [join(folder, "first.jsonl.zst"), join(folder, "second.jsonl.zst")];
  const run = async (database: TestDatabase, ...words: string[]) => {
    progress(words[0] ?? "");
    return await measureKeepsake(words, { ...databaseEnvironment(database.config), KEEPSAKE_BACKUP_DIR: backups });
  };
  const backup = await run(home, "backup", "now");
  const archive = await findArchive(backups);
  const restore = await inEmptyHome(home.engine, (database) => run(database, "restore", archive));
  const exported = await run(home, "export", "--all", first);
  return await inEmptyHome(home.engine, async (database) => {
    const imported = await run(database, "import", first);
    const again = await run(database, "export", "--all", second);
    progress("comparing");
    const steps = {
      "backup now": { ...backup, mib: await mibOf(archive) },
      restore: { ...restore, mib: null },
      "export --all": { ...exported, mib: await mibOf(first) },
      import: { ...imported, mib: null },
      "export --all again": { ...again, mib: await mibOf(second) },
    };
    return { steps, isSame: (await hashRecords(first)) === (await hashRecords(second)) };
  });
}

async function inEmptyHome<T>(engine: TestEngine, work: (database: TestDatabase) => Promise<T>): Promise<T> {
  await using database = await emptyHome(engine);
  return await work(database);
}

async function findArchive(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith(".jsonl.zst"));
  if (file === undefined) throw new Error("the backup left no archive");
  return join(folder, file);
}

const mibOf = async (path: string): Promise<number> => (await stat(path)).size / MIB;

/** Of the rows alone: the header tells when and where it was written, and the last line has the header's sum in it. */
async function hashRecords(path: string): Promise<string> {
  const lines = createInterface({ input: createReadStream(path).pipe(createZstdDecompress()), crlfDelay: Infinity });
  const hash = createHash("sha256");
  let isHeader = true;
  let held: string | null = null;
  for await (const line of lines) {
    if (held !== null) hash.update(`${held}\n`);
    held = isHeader ? null : line;
    isHeader = false;
  }
  return hash.digest("hex");
}
