import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { connect, type DatabaseHandle, migrate } from "@keepsake/db";
import { createEmptyDatabase, createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeArchiveFile } from "../src/archive/archive-file.ts";
import { parseRecordLine } from "../src/archive/archive-format.ts";
import { type ExportOptions, exportArchive } from "../src/archive/export-archive.ts";
import { makeBackup } from "../src/backup/make-backup.ts";
import { runKeepsake } from "./_command-line.ts";
import { emptyHome } from "./_filled-home.ts";
import { databaseEnvironment } from "./_keepsake-process.ts";
import { startTestServer } from "./_keepsake-server.ts";

/** Embedded databases are opened many times, which takes a slow machine seconds each. */
const LONG_MS = 400_000;
/** The migrations of the earlier version: sessions, the installation and origins come with later ones. */
const EARLIER_MIGRATIONS = 5;
const USER = { scope: "user", userId: "ann", withVectors: true } as const;
const ALL = { scope: "all", userId: null, withVectors: true } as const;

interface Record {
  readonly table: string;
  readonly row: unknown;
}

let root: string;
let folder: string;
let backup: string;
let held: Record[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keepsake-older-"));
  folder = join(root, "backups");
  await mkdir(join(root, "tmp"));
  await using source = await createEmptyDatabase();
  await using handle = await connect(source.config);
  await migrate(handle, { count: EARLIER_MIGRATIONS });
  await fill(handle);
  held = await recordsOf(handle, ALL);
  for (const [name, options] of [["all", ALL] as const, ["ann", USER] as const]) await write(handle, name, options);
  backup = (await makeBackup({ config: source.config, handle, folder, keep: null })).path;
}, LONG_MS);
afterAll(() => rm(root, { recursive: true, force: true }));

const pathOf = (name: string) => join(root, `${name}.jsonl.zst`);

async function write(handle: DatabaseHandle, name: string, options: ExportOptions): Promise<void> {
  await using session = handle.openSession();
  await writeArchiveFile(pathOf(name), exportArchive(session.sql, handle.home, options));
}

/** As the earlier version did: two users, one with a conversation, a preference and a vector. */
async function fill({ sql }: DatabaseHandle): Promise<void> {
  await sql`insert into users (user_id) values ('ann'), ('bob')`;
  await sql`insert into knowledge (user_id, id, content, content_hash, metadata) values
    ('ann', gen_random_uuid(), 'Herbata stoi w szafce 💡', 'a', '{"n": 1e21}'), ('bob', gen_random_uuid(), 'Bob is away', 'b', null)`;
  await sql`insert into knowledge_versions (user_id, knowledge_id, version, content, kind, tags, importance, confidence,
      valid_from, recorded_at)
    select user_id, id, 1, 'Herbata?', kind, tags, importance, confidence, valid_from, recorded_at from knowledge
    where user_id = 'ann'`;
  await sql`insert into conversations (user_id, id, session_id, interaction_id, role, content) values
    ('ann', gen_random_uuid(), 'kitchen', 'i', 'user', 'Where is the tea?'),
    ('ann', gen_random_uuid(), 'kitchen', 'i', 'assistant', 'In the cupboard')`;
  await sql`insert into preferences (user_id, id, key, value) values ('ann', gen_random_uuid(), 'units', '"metric"')`;
  await sql`insert into embedding_spaces (model, dimensions, recipe, state)
    values ('nomic-embed-text', 384, 'nomic-v1', 'active')`;
  await sql`insert into embeddings (user_id, space_id, item_type, item_id, embedding)
    select user_id, (select id from embedding_spaces), 'memory', id, array_fill(0.25::real, array[384])::vector
    from knowledge where user_id = 'ann'`;
}

/** What a home holds, row by row. */
async function recordsOf(handle: DatabaseHandle, options: ExportOptions = ALL): Promise<Record[]> {
  await using session = handle.openSession();
  let text = "";
  for await (const lines of exportArchive(session.sql, handle.home, options)) text += lines;
  return text.split("\n").flatMap((line) => {
    const { table, row } = parseRecordLine(line) ?? {};
    return table === undefined || row === undefined ? [] : [{ table, row: JSON.parse(row) as unknown }];
  });
}

const keepsake = (home: TestDatabase, ...words: string[]) =>
  runKeepsake(words, {
    ...databaseEnvironment(home.config),
    KEEPSAKE_BACKUP_DIR: folder,
    TMPDIR: join(root, "tmp"),
  });

/** Every row of the earlier version is there, with whatever columns and rows later versions put beside it. */
async function expectHeld(home: TestDatabase, wanted: readonly Record[]): Promise<Record[]> {
  await using handle = await connect(home.config);
  expect((await migrate(handle)).applied).toEqual([]);
  const found = await recordsOf(handle);
  for (const { table, row } of wanted) expect(found).toContainEqual({ table, row: expect.objectContaining(row) });
  return found;
}

const ofUser = (records: readonly Record[], userId: string) =>
  records.filter(({ row }) => (row as { user_id?: string }).user_id === userId);

/** Sessions are of a later version, and made from the messages while the archive is brought up to date. */
async function expectServed(home: TestDatabase): Promise<void> {
  await using server = await startTestServer({ database: home });
  const ann = server.clientOf("ann");
  const memories = await ann.memory.list.query({});
  expect(memories.items).toMatchObject([{ content: "Herbata stoi w szafce 💡", origin: "user" }]);
  const sessions = await ann.conversation.sessions.query({});
  expect(sessions.items).toMatchObject([{ sessionId: "kitchen", messages: 2 }]);
}

async function insertMemory(home: TestDatabase, userId: string): Promise<void> {
  await using handle = await connect(home.config);
  await handle.sql`insert into users (user_id) values (${userId})`;
  await handle.sql`insert into knowledge (user_id, id, content, content_hash)
    values (${userId}, gen_random_uuid(), 'What was there before', 'z')`;
}

/** With a last line that fits the lines before it, as only who writes an archive on purpose would have it. */
function sealed(lines: readonly string[]): string[] {
  const [before, last = ""] = [lines.slice(0, -1), lines.at(-1)];
  const sha256 = createHash("sha256")
    .update(`${before.join("\n")}\n`)
    .digest("hex");
  return [...before, last.replace(/"sha256":"[0-9a-f]{64}"\}$/, `"sha256":"${sha256}"}`)];
}

const leftBehind = async () => (await readdir(join(root, "tmp"))).filter((name) => name.startsWith("scratch"));

describe("a backup of an earlier version", () => {
  const kinds = testEngine() === "postgres" ? (["engine", "embedded"] as const) : (["engine"] as const);
  test.each(kinds)(
    "is restored into an empty home (%s), with this version's schema",
    async (kind) => {
      await using home = await emptyHome(kind);
      const { code, err } = await keepsake(home, "restore", backup);
      expect(code, err).toBe(0);
      await expectHeld(home, held);
      await expectServed(home);
    },
    LONG_MS,
  );

  test(
    "takes the place of this version's rows when told, and those are kept",
    async () => {
      await using home = await createTestDatabase();
      await insertMemory(home, "zoe");
      expect((await keepsake(home, "restore", backup)).err).toMatch(/nothing was changed.*--replace/s);
      const { code, out, err } = await keepsake(home, "restore", backup, "--replace");
      expect(code, err).toBe(0);
      expect(out).toMatch(/What was there before is kept: \S/);
      expect(ofUser(await expectHeld(home, held), "zoe")).toEqual([]);
      await expectServed(home);
      expect((await readdir(folder)).filter((name) => name.startsWith("scratch"))).toEqual([]);
    },
    LONG_MS,
  );
});

test(
  "a backup is not imported: it holds the installation's key and tokens",
  async () => {
    await using home = await createTestDatabase();
    const { code, err } = await keepsake(home, "import", backup, "--on-conflict", "replace");
    expect(code).toBe(1);
    expect(err).toMatch(/It is a backup, with tokens: keepsake restore/);
  },
  LONG_MS,
);

describe("an export of an earlier version", () => {
  test(
    "of everybody is imported next to this version's rows, and twice is once",
    async () => {
      await using home = await createTestDatabase();
      await insertMemory(home, "zoe");
      const dry = await keepsake(home, "import", pathOf("all"), "--dry-run");
      expect(dry.out).toMatch(/^knowledge +2 rows, 2 new, 0 there already$/m);
      const { code, out, err } = await keepsake(home, "import", pathOf("all"));
      expect(code, err).toBe(0);
      expect(out).toMatch(/Imported (\d+) rows; \1 of \1 are as the archive has them/);
      expect(ofUser(await expectHeld(home, held), "zoe")).toHaveLength(2);
      const again = await keepsake(home, "import", pathOf("all"));
      expect(again.out).toContain("Everything was there already, and nothing was changed.");
      await expectServed(home);
      expect(await leftBehind()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "of one user is imported into an empty home, and is that user's alone",
    async () => {
      await using home = await emptyHome("embedded");
      const { code, err } = await keepsake(home, "import", pathOf("ann"));
      expect(code, err).toBe(0);
      const found = await expectHeld(home, ofUser(held, "ann"));
      expect(ofUser(found, "bob")).toEqual([]);
      await expectServed(home);
    },
    LONG_MS,
  );

  /** How it is not as it was written, and what is said. */
  const damages: [string, (lines: string[]) => string[], RegExp][] = [
    ["with a changed row", (lines) => lines.map((line) => line.replace("cupboard", "bathroom")), /Line \d+ is damaged/],
    ["without its last line", (lines) => lines.slice(0, -1), /breaks off behind line \d+/],
    [
      "whose owner is another",
      (lines) => sealed(lines.map((line) => line.replace('"user":"ann"', '"user":"bob"'))),
      /\w+ is not in the database as it is in the archive: 0 rows of \d/,
    ],
    [
      "that claims a newer schema",
      (lines) => lines.map((line) => line.replace(/"migrations":\d+/, '"migrations":99')),
      /was made by a newer Keepsake/,
    ],
    [
      "that claims another earlier schema",
      (lines) => lines.map((line) => line.replace(/"migrations":\d+/, '"migrations":3')),
      /Its schema \(0004_\S+\) is another than this database's/,
    ],
  ];
  test(
    "that is not as it was written is refused, changes nothing and leaves nothing behind",
    async () => {
      await using home = await createTestDatabase();
      const lines = zstdDecompressSync(await readFile(pathOf("ann")))
        .toString()
        .trimEnd()
        .split("\n");
      for (const [name, damage, sentence] of damages) {
        await writeFile(pathOf("damaged"), zstdCompressSync(Buffer.from(`${damage(lines).join("\n")}\n`)));
        const { code, err } = await keepsake(home, "import", pathOf("damaged"));
        expect(err, name).toMatch(sentence);
        expect(err, name).not.toMatch(/\n {4}at /);
        expect(code, name).toBe(1);
      }
      await using handle = await connect(home.config);
      expect(await recordsOf(handle)).toEqual([]);
      expect(await leftBehind()).toEqual([]);
    },
    LONG_MS,
  );
});
