import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { connect, type DatabaseHandle } from "@keepsake/db";
import { createEmptyDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ArchiveError, hashRow, parseRecordLine, toRecordLine } from "../src/archive/archive-format.ts";
import { importArchive } from "../src/archive/import-archive.ts";
import { runKeepsake } from "./_command-line.ts";
import { AWKWARD, emptyHome, filledHome } from "./_filled-home.ts";
import { databaseEnvironment } from "./_keepsake-process.ts";
import { eventually, startTestServer } from "./_keepsake-server.ts";
import { programs } from "./_programs.ts";
import { CANARY, VICTIM } from "./isolation/victim.ts";

/** Embedded databases are opened many times, which takes a slow machine seconds each. */
const LONG_MS = 300_000;

let folder: string;
let source: TestDatabase;
let archive: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "keepsake-archives-"));
  source = await filledHome();
  archive = join(folder, "all.jsonl.zst");
  expect(await keepsake(source, "export", "--all", archive)).toMatchObject({ code: 0 });
}, LONG_MS);
afterAll(async () => {
  await source?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const keepsake = (home: TestDatabase, ...words: string[]) => runKeepsake(words, databaseEnvironment(home.config));

/** The lines of an archive. */
const linesOf = async (path: string) =>
  zstdDecompressSync(await readFile(path))
    .toString("utf8")
    .trimEnd()
    .split("\n");
/** The rows alone: header and last line tell when and where it was written. */
const recordsOf = async (path: string) => (await linesOf(path)).slice(1, -1);

let files = 0;
/** What a home holds, as an export tells it. */
async function recordsIn(home: TestDatabase, ...options: string[]): Promise<string[]> {
  files += 1;
  const path = join(folder, `of-home-${files}.jsonl.zst`);
  const { code, err } = await keepsake(home, "export", ...(options.length > 0 ? options : ["--all"]), path);
  expect(err).not.toContain("Error");
  expect(code).toBe(0);
  return await recordsOf(path);
}

async function onDatabase<T>(
  home: TestDatabase,
  work: (sql: Awaited<ReturnType<typeof connect>>["sql"]) => Promise<T>,
) {
  await using handle = await connect(home.config);
  return await work(handle.sql);
}

test("a dry run makes no database, and says that an import would", async () => {
  const KEEPSAKE_DATA_DIR = join(folder, "none");
  const { code, out, err } = await runKeepsake(["import", archive, "--dry-run"], { KEEPSAKE_DATA_DIR });
  expect([code, out]).toEqual([1, ""]);
  expect(err).toBe(
    `There is no database in ${KEEPSAKE_DATA_DIR}: KEEPSAKE_DATA_DIR names its folder. Without --dry-run the import makes one there.\n`,
  );
  await expect(readdir(KEEPSAKE_DATA_DIR)).rejects.toThrow("ENOENT");
});

test(
  "a dry run makes no tables in an empty database, and says that an import would",
  async () => {
    await using empty = await createEmptyDatabase();
    const { code, out, err } = await keepsake(empty, "import", archive, "--dry-run");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^This database has no tables of Keepsake yet, .*nothing was changed.*--dry-run/m);
    const tables = await onDatabase(
      empty,
      (sql) => sql`select from pg_tables where schemaname in ('public', 'drizzle')`,
    );
    expect(tables).toHaveLength(0);
  },
  LONG_MS,
);

describe("everything", () => {
  test.each(["engine", "embedded"] as const)(
    "of everybody travels to another home (%s) and comes back byte for byte",
    async (kind) => {
      await using target = await emptyHome(kind);
      const { code, out } = await keepsake(target, "import", archive);
      expect(out).toMatch(/Imported (\d+) rows; \1 of \1 are as the archive has them/);
      expect(code).toBe(0);
      expect(await recordsIn(target)).toEqual(await recordsOf(archive));

      const again = await keepsake(target, "import", archive);
      expect(again.out).toContain("Everything was there already, and nothing was changed.");
      expect(await recordsIn(target)).toEqual(await recordsOf(archive));

      await using server = await startTestServer({ embeddings: true, database: target });
      const { items } = await server.clientOf("jan").memory.list.query({});
      expect(items.map(({ content }) => content).toSorted()).toEqual(AWKWARD.toSorted());
      const { hits, degraded } = await server.clientOf(VICTIM).memory.search.query({ query: CANARY, mode: "semantic" });
      expect([hits.length > 0, degraded]).toEqual([true, []]);
    },
    LONG_MS,
  );

  test("of one user is the user's alone, and of nobody else", async () => {
    const records = await recordsIn(source, "--user", VICTIM);
    const all = await recordsOf(archive);
    const isOlas = (line: string) =>
      line.includes(`"row":{"user_id":"${VICTIM}"`) || line.includes('"embedding_spaces"');
    expect(records).toEqual(all.filter(isOlas));
    expect(records.length).toBeGreaterThan(50);
    expect(all.length).toBeGreaterThan(records.length);
  });

  test(
    "without vectors gets them after the next start",
    async () => {
      const path = join(folder, "plain.jsonl.zst");
      expect(await keepsake(source, "export", "--user", "jan", "--without-vectors", path)).toMatchObject({ code: 0 });
      expect((await recordsOf(path)).filter((line) => line.includes('"type":"embedding'))).toEqual([]);
      await using target = await emptyHome("engine");
      expect(await keepsake(target, "import", path)).toMatchObject({ code: 0 });
      await using server = await startTestServer({ embeddings: true, database: target });
      const client = server.clientOf("jan");
      await eventually(
        "vectors are made",
        async () => (await client.memory.stats.query()).embeddings.ready === AWKWARD.length,
      );
    },
    LONG_MS,
  );

  test("holds no token and no key of the installation", async () => {
    const tables = new Set((await recordsOf(archive)).map((line) => line.slice(9, line.indexOf('"', 9))));
    expect(tables).not.toContain("api_tokens");
    expect(tables).not.toContain("installation");
    expect(tables).toContain("knowledge");
  });
});

test(
  "an import that is killed goes on when it is run again, and doubles nothing",
  async () => {
    await using target = await emptyHome("engine");
    for (const step of ["store interactions", "store knowledge", "store sessions"]) {
      expect(await killAt(target, step), step).toBe("SIGKILL");
    }
    expect(await keepsake(target, "import", archive)).toMatchObject({ code: 0 });
    expect(await recordsIn(target)).toEqual(await recordsOf(archive));
  },
  LONG_MS,
);

/** Kills an import as soon as it tells of a step. */
async function killAt(home: TestDatabase, step: string): Promise<string | number> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...databaseEnvironment(home.config) };
  const child = spawn(process.execPath, [...programs().commandLine, "import", archive], { env });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes(step)) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "close");
  return signal ?? code;
}

describe("rows that are there already and different", () => {
  test(
    "are told and nothing is imported; kept or replaced when told so",
    async () => {
      await using target = await emptyHome("engine");
      const mine = join(folder, "jan.jsonl.zst");
      await keepsake(source, "export", "--user", "jan", mine);
      await keepsake(target, "import", mine);
      await onDatabase(target, async (sql) => {
        await sql`update knowledge set weight = 0.25 where content = ${AWKWARD[0] ?? ""}`;
        await sql`delete from knowledge where content = ${AWKWARD[1] ?? ""}`;
        // The same preference under another id: only one may have the key.
        await sql`update preferences set id = gen_random_uuid()`;
      });
      const changed = await recordsIn(target);

      for (const mode of [[], ["--on-conflict", "refuse"]]) {
        const { code, err } = await keepsake(target, "import", mine, ...mode);
        expect(err).toMatch(/3 rows of .* are in the database already, and different \(.*\): nothing was imported/);
        expect(code).toBe(1);
      }
      const dry = await keepsake(target, "import", mine, "--dry-run");
      expect(dry.out).toMatch(/^knowledge +3 rows, 1 new, 1 there already, 1 different$/m);
      expect(dry.out).toMatch(/^preferences +2 rows, 0 new, 0 there already, 2 in the way of others$/m);
      expect(await recordsIn(target)).toEqual(changed);

      expect(await keepsake(target, "import", mine, "--on-conflict", "keep")).toMatchObject({ code: 0 });
      const kept = await recordsIn(target);
      for (const line of changed) expect(kept).toContain(line);
      expect(kept.filter((line) => line.includes('"type":"knowledge"'))).toHaveLength(3);

      expect(await keepsake(target, "import", mine, "--on-conflict", "replace")).toMatchObject({ code: 0 });
      expect(await recordsIn(target)).toEqual(await recordsOf(mine));
    },
    LONG_MS,
  );

  test(
    "take along what was made from them: vectors of other words, and cached answers",
    async () => {
      await using target = await emptyHome("engine");
      const mine = join(folder, "jan-without-vectors.jsonl.zst");
      await keepsake(source, "export", "--user", "jan", "--without-vectors", mine);
      expect(await keepsake(target, "import", mine)).toMatchObject({ code: 0 });
      const content = AWKWARD[0] ?? "";
      const question = { text: "Where is the spare key?" };
      let id = "";
      const vectors = () =>
        onDatabase(target, (sql) => sql`select from embeddings where user_id = 'jan' and item_id = ${id}`);
      {
        await using server = await startTestServer({ embeddings: true, database: target });
        const { memory, cache } = server.clientOf("jan");
        id = (await memory.list.query({})).items.find((item) => item.content === content)?.id ?? "";
        await memory.update.mutate({ id, content: "The spare key lies under the blue pot" });
        await eventually("it has vectors", async () => (await memory.get.query({ id })).embedding === "ready");
        const response = "Under the blue pot";
        expect(await cache.store.mutate({ ...question, response, dependsOn: { memories: [id] } })).toMatchObject({
          cached: true,
        });
      }
      expect((await vectors()).length).toBeGreaterThan(0);
      expect(await keepsake(target, "import", mine, "--on-conflict", "replace")).toMatchObject({ code: 0 });
      expect(await vectors()).toHaveLength(0);

      await using server = await startTestServer({ embeddings: true, database: target });
      const { memory, cache } = server.clientOf("jan");
      expect((await memory.get.query({ id })).content).toBe(content);
      expect(await cache.lookup.mutate(question)).toMatchObject({ hit: false });
      await eventually("it has vectors again", async () => (await memory.get.query({ id })).embedding === "ready");
    },
    LONG_MS,
  );

  test("is a mode that is one of three", async () => {
    expect(await keepsake(source, "import", archive, "--on-conflict", "merge")).toMatchObject({
      code: 2,
      err: "--on-conflict is one of refuse, keep, replace.\n",
    });
  });
});

describe("an archive that is not as it was written", () => {
  const written = async () => await linesOf(archive);
  const rewrite = (lines: readonly string[]) => zstdCompressSync(Buffer.from(`${lines.join("\n")}\n`));
  const at = (lines: readonly string[], table: string) => lines.findIndex((line) => line.includes(`"type":"${table}"`));

  /** How a file is damaged, and what is said. */
  const damages: [string, () => Promise<Buffer>, RegExp][] = [
    ["cut off", async () => (await readFile(archive)).subarray(0, -2_000), /cannot be (used|decompressed)/],
    ["with a flipped byte", async () => flip(await readFile(archive), 0.5), /cannot be used/],
    ["of another kind", async () => Buffer.from("PGDMP and so on"), /cannot be decompressed/],
    ["empty", async () => Buffer.alloc(0), /cannot be used/],
    ["without its last line", async () => rewrite((await written()).slice(0, -1)), /breaks off behind line \d+/],
    [
      "with a changed row",
      async () => rewrite((await written()).map((line) => line.replace(CANARY, "zqchanged"))),
      /Line \d+ is damaged: its row does not have its hash/,
    ],
    [
      "without a row",
      async () => rewrite((await written()).toSpliced(at(await written(), "knowledge"), 1)),
      /The rows of knowledge are not those that were written/,
    ],
    [
      "with two rows exchanged",
      async () => {
        const lines = await written();
        const place = at(lines, "knowledge");
        return rewrite(lines.toSpliced(place, 2, lines[place + 1] ?? "", lines[place] ?? ""));
      },
      /The rows of knowledge are not those that were written/,
    ],
    [
      "in the wrong order",
      async () => {
        const lines = await written();
        const row = lines[at(lines, "conversations")] ?? "";
        return rewrite(lines.toSpliced(at(lines, "conversations"), 1).toSpliced(-1, 0, row));
      },
      /its table conversations stands in the wrong place/,
    ],
    [
      "of another format's version",
      async () => rewrite((await written()).map((line) => line.replace('"version":1', '"version":2'))),
      /is of format version 2, and this Keepsake reads version 1/,
    ],
    [
      "of a newer schema",
      async () => rewrite((await written()).map((line) => line.replace(/"migrations":\d+/, '"migrations":99'))),
      /was made by a newer Keepsake/,
    ],
    [
      "with two rows in a line",
      async () =>
        rewrite((await written()).map((line) => (line.includes('"type":"conversations"') ? twice(line) : line))),
      /hold more than a row/,
    ],
    [
      "of one user with rows of another",
      async () => rewrite((await written()).map((line) => line.replace('"user":null', '"user":"jan"'))),
      /rows of \w+ under user ids that may not be there/,
    ],
    ["with something behind its end", async () => rewrite([...(await written()), "{}"]), /behind the last line/],
    ["with a line of 9 MB", async () => zstdCompressSync(Buffer.alloc(9_000_000, "a")), /Line 1 is longer than/],
    [
      "that asks for a gigabyte of memory",
      // A frame of zstd whose window is of 2^30 bytes.
      async () => Buffer.from("28b52ffd00a0010000", "hex"),
      /cannot be decompressed/,
    ],
  ];

  let handle: DatabaseHandle;
  beforeAll(async () => {
    handle = await connect(source.config);
  });
  afterAll(() => handle?.[Symbol.asyncDispose]());

  test.each(damages)("%s is refused with the place", async (_name, damage, sentence) => {
    const path = join(folder, "damaged.jsonl.zst");
    await writeFile(path, await damage());
    await using session = handle.openSession();
    const importing = importArchive(session.sql, path, { onConflict: "replace", dryRun: false });
    await expect(importing).rejects.toThrow(sentence);
    await expect(importing).rejects.toBeInstanceOf(ArchiveError);
  });

  test("is told in one sentence, and has changed nothing", async () => {
    await handle[Symbol.asyncDispose]();
    const path = join(folder, "damaged.jsonl.zst");
    await writeFile(path, (await readFile(archive)).subarray(0, -2_000));
    const { code, err } = await keepsake(source, "import", path, "--on-conflict", "replace");
    expect(code).toBe(1);
    expect(err).toMatch(/damaged\.jsonl\.zst cannot be used\. It (breaks off|is damaged)/);
    expect(err).not.toMatch(/\n {4}at /);
    expect(await recordsIn(source)).toEqual(await recordsOf(archive));
  });
});

/** A line with its row twice, and the hash of both. */
function twice(line: string): string {
  const { table = "", row = "" } = parseRecordLine(line) ?? {};
  return toRecordLine({ table, row: `${row},${row}`, hash: hashRow(`${row},${row}`) });
}

function flip(bytes: Buffer, share: number): Buffer {
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
}
