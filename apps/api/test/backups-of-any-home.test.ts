import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { connect } from "@keepsake/db";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runKeepsake } from "./_command-line.ts";
import { emptyHome, filledHome } from "./_filled-home.ts";
import { databaseEnvironment, freePort, untilHealthy } from "./_keepsake-process.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";
import { startSabotaged } from "./_sabotage.ts";

/** Embedded databases are opened many times, which takes a slow machine seconds each. */
const LONG_MS = 400_000;
const TOKEN = "a-secret-of-more-than-24-characters";

let root: string;
let folder: string;
let source: TestDatabase;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keepsake-backups-"));
  folder = join(root, "backups");
  source = await filledHome();
}, LONG_MS);
afterAll(async () => {
  await source?.[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const keepsake = (home: TestDatabase, ...words: string[]) =>
  runKeepsake(words, { ...databaseEnvironment(home.config), KEEPSAKE_BACKUP_DIR: folder });

let exports = 0;
/** What a home holds. */
async function recordsIn(home: TestDatabase): Promise<string[]> {
  exports += 1;
  const path = join(root, `export-${exports}.jsonl.zst`);
  expect(await keepsake(home, "export", "--all", path)).toMatchObject({ code: 0 });
  return zstdDecompressSync(await readFile(path))
    .toString("utf8")
    .split("\n")
    .slice(1, -2);
}

/** Without what a restore has kept. */
const archives = async () => (await readdir(folder)).filter((name) => /^keepsake-\d.*\.jsonl\.zst$/.test(name)).sort();
const newest = async () => join(folder, (await archives()).at(-1) ?? "none");

async function backUp(server: TestServer): Promise<void> {
  const before = (await server.client.system.status.query()).backups.lastGood?.file;
  expect(await server.client.system.backup.mutate()).toEqual({ isBegun: true, problem: null });
  await eventually(
    "the backup has ended",
    async () => {
      const { backups } = await server.client.system.status.query();
      if (backups.lastFailure) throw new Error(backups.lastFailure.problem);
      return !backups.isUnderWay && backups.lastGood?.file !== before;
    },
    LONG_MS,
  );
}

describe("a running server", () => {
  test(
    "makes a backup while people write, restores it, compares, and tells of it everywhere",
    async () => {
      await using server = await startTestServer({ database: source, asAdmin: true, backup: { folder, at: "02:30" } });
      expect((await server.client.system.status.query()).backups).toMatchObject({
        state: "on",
        lastGood: null,
        warning: null,
      });
      const stop = new AbortController();
      const writing = writeUntil(server, stop.signal);
      await backUp(server);
      stop.abort();
      const acknowledged = await writing;
      expect(acknowledged).toBeGreaterThan(0);

      const { backups } = await server.client.system.status.query();
      const { items } = await server.client.system.backups.query();
      expect(items).toEqual([backups.lastGood]);
      expect(items[0]).toMatchObject({ file: (await archives())[0], bytes: (await stat(await newest())).size });
      expect((await stat(await newest())).mode & 0o777).toBe(0o600);
      expect((await readdir(folder)).filter((name) => /partial|scratch/.test(name))).toEqual([]);

      const ready = (await (await fetch(`${server.url}/readyz`, { headers: server.headers })).json()) as object;
      expect(ready).toMatchObject({ ready: true, backups: { state: "on", ok: true, reason: null } });
      const metrics = await (await fetch(`${server.url}/metrics`, { headers: server.headers })).text();
      expect(metrics).toMatch(/^keepsake_backup_age_seconds \d/m);
      expect(metrics).toMatch(/^keepsake_backup_failing 0$/m);
      // What was acknowledged during the backup is no worse for it.
      expect((await server.clientOf("writer").memory.stats.query()).memories).toBe(acknowledged);
    },
    LONG_MS,
  );
});

async function writeUntil(server: TestServer, signal: AbortSignal): Promise<number> {
  const { memory } = server.clientOf("writer");
  let count = 0;
  for (; !signal.aborted || count === 0; count += 1) await memory.add.mutate({ content: `written meanwhile ${count}` });
  return count;
}

describe("a backup", () => {
  test(
    "is listed, verified, and restored into an empty home of either kind, with the tokens",
    async () => {
      expect(await keepsake(source, "backup", "now")).toMatchObject({
        code: 0,
        out: expect.stringContaining("and compared."),
      });
      const list = await keepsake(source, "backup", "list");
      expect(list.out.trim().split("\n")[0]).toContain(await newest());
      const verified = await keepsake(source, "backup", "verify", "latest");
      expect(verified.out).toMatch(/^knowledge +\d+ rows, checksum -?\d+$/m);
      expect(verified.out).toContain("every table is as it was");

      const records = await recordsIn(source);
      for (const kind of ["engine", "embedded"] as const) {
        await using target = await emptyHome(kind);
        const { code, out, err } = await keepsake(target, "restore", "latest");
        expect(err).not.toMatch(/\n {4}at /);
        expect(code, err).toBe(0);
        expect(out).toMatch(/every table compared\./);
        expect(await recordsIn(target)).toEqual(records);
        expect(await tokensIn(target)).toEqual(await tokensIn(source));
        await using server = await startTestServer({ embeddings: true, asAdmin: true, database: target });
        expect((await server.clientOf("jan").memory.list.query({})).items).toHaveLength(3);
      }
    },
    LONG_MS,
  );

  test(
    "takes the place of a database only when told, and what was there is kept",
    async () => {
      await using target = await emptyHome("engine");
      const first = await keepsake(target, "restore", "latest");
      expect(first.code, first.err).toBe(0);
      await onDatabase(target, (sql) => sql`delete from knowledge where user_id = 'jan'`);
      const damaged = await recordsIn(target);
      const refused = await keepsake(target, "restore", "latest");
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(/nothing was changed.*--replace/s);
      expect(await recordsIn(target)).toEqual(damaged);

      const path = await newest();
      const { code, out } = await keepsake(target, "restore", path, "--replace");
      expect(code).toBe(0);
      expect(await recordsIn(target)).toEqual(await recordsIn(source));
      const [, before = ""] = /What was there before is kept: (.*)/.exec(out) ?? [];
      expect(await recordsOfBefore(before, target)).toEqual(damaged);
    },
    LONG_MS,
  );

  test(
    "is not restored under a running server",
    async () => {
      await using target = await createTestDatabase();
      await using _server = await startTestServer({ asAdmin: true, database: target });
      const { code, err } = await keepsake(target, "restore", await newest(), "--replace");
      expect(code).toBe(1);
      expect(err).toMatch(/stop (it|that one) first/);
    },
    LONG_MS,
  );

  test(
    "is no archive of everybody: where one is put in the place of a database, its tokens stay",
    async () => {
      await using target = await emptyHome("engine");
      expect(await keepsake(target, "restore", await newest())).toMatchObject({ code: 0 });
      expect(await keepsake(target, "token", "create", "--role", "admin", "--label", "guard")).toMatchObject({
        code: 0,
      });
      const tokens = await tokensIn(target);
      expect(tokens.length).toBeGreaterThan(0);
      const all = join(root, "all.jsonl.zst");
      expect(await keepsake(source, "export", "--all", all)).toMatchObject({ code: 0 });
      const restored = await keepsake(target, "restore", all, "--replace");
      expect(restored).toMatchObject({ code: 0 });
      expect(await tokensIn(target)).toEqual(tokens);
      expect(await recordsIn(target)).toEqual(await recordsIn(source));
      // What was there before is no list's newest, and no later backup takes its place.
      if (target.config.home === "server") expect(restored.out + restored.err).toContain("keepsake-before-");
      expect((await keepsake(target, "backup", "list")).out).not.toContain("-before-");
    },
    LONG_MS,
  );

  test(
    "leaves no scratch database of a run that was killed",
    async (ctx) => {
      if (source.config.home === "embedded") return ctx.skip("a server's scratch database is one beside the others");
      const left = `keepsake_scratch_20260101000000_${process.pid}`;
      await onDatabase(source, (sql) => sql`create database ${sql(left)} template template0`);
      expect(await keepsake(source, "backup", "verify", "latest")).toMatchObject({ code: 0 });
      const found = await onDatabase(source, (sql) => sql`select from pg_database where datname = ${left}`);
      expect(found).toHaveLength(0);
    },
    LONG_MS,
  );

  test(
    "that is damaged is found, and leaves the database as it was",
    async () => {
      const before = await recordsIn(source);
      const good = await readFile(await newest());
      const path = join(root, "damaged.jsonl.zst");
      await writeFile(path, good.subarray(0, Math.floor(good.length * 0.9)));
      for (const words of [
        ["restore", path, "--replace"],
        ["backup", "verify", path],
      ]) {
        const { code, err } = await keepsake(source, ...words);
        expect(code).toBe(1);
        expect(err).toMatch(/cannot be used|is damaged/);
      }
      // In its place, where its manifest stands beside it.
      const place = await newest();
      const flipped = Buffer.from(good);
      flipped[good.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
      await writeFile(place, flipped);
      expect((await keepsake(source, "backup", "verify", "latest")).err).toContain(
        "does not have the checksum of its manifest",
      );
      await writeFile(place, good);
      expect(await recordsIn(source)).toEqual(before);
    },
    LONG_MS,
  );
});

/** On a server it is a backup; on the embedded home the folder beside. */
async function recordsOfBefore(path: string, target: TestDatabase): Promise<string[]> {
  await using home = await emptyHome("engine");
  if (target.config.home === "embedded" && home.config.home === "embedded") {
    await mkdir(home.config.dataDir, { recursive: true });
    execFileSync("cp", ["-a", path, join(home.config.dataDir, "postgres")]);
  } else expect(await keepsake(home, "restore", path)).toMatchObject({ code: 0 });
  return await recordsIn(home);
}

async function onDatabase<T>(
  home: TestDatabase,
  work: (sql: Awaited<ReturnType<typeof connect>>["sql"]) => Promise<T>,
) {
  await using handle = await connect(home.config);
  return await work(handle.sql);
}

const tokensIn = (home: TestDatabase) =>
  onDatabase(home, async (sql) => [
    ...(await sql`select t.id, secret_hash, encode(token_key, 'hex') as key from api_tokens t, installation order by t.id`),
  ]);

const NO_SPACE = /ENOSPC|no space|disk full/i;
const readiness = async ({ url, headers }: TestServer): Promise<unknown> =>
  (await fetch(`${url}/readyz`, { headers })).json();

describe("a backup that comes to nothing", () => {
  test(
    "for want of space leaves no file that looks like one, and those before alone; it is told",
    async (ctx) => {
      if (process.platform !== "linux" || process.getuid?.() !== 0)
        return ctx.skip("needs root on Linux, to make a small disk");
      const disk = join(root, "disk");
      await mkdir(disk);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]);
      try {
        const good = await newest();
        for (const path of [good, good.replace(/\.jsonl\.zst$/, ".json")]) execFileSync("cp", [path, disk]);
        execFileSync("dd", ["if=/dev/zero", `of=${disk}/filler`, "bs=1k", "count=1000"], {
          stdio: "ignore",
          timeout: 10_000,
        });
      } catch {
        // dd fills the disk and fails.
      }
      try {
        const before = (await readdir(disk)).sort();
        await using server = await startTestServer({
          database: source,
          asAdmin: true,
          backup: { folder: disk, at: "02:30" },
        });
        const hasEnded = async () => !(await server.client.system.status.query()).backups.isUnderWay;
        expect(await server.client.system.backup.mutate()).toMatchObject({ isBegun: true });
        await eventually("it has failed", hasEnded, LONG_MS);
        const { backups } = await server.client.system.status.query();
        expect(backups.lastGood?.file).toBe((await archives()).at(-1));
        expect(backups.lastFailure?.problem).toMatch(NO_SPACE);
        expect(backups.warning).toMatch(NO_SPACE);
        expect(await readiness(server)).toMatchObject({ backups: { ok: false } });
        expect((await readdir(disk)).filter((name) => name !== "last-failure.json").sort()).toEqual(before);
        execFileSync("rm", [`${disk}/filler`]);
        await server.client.system.backup.mutate();
        await eventually("it has ended", hasEnded, LONG_MS);
        const after = (await server.client.system.status.query()).backups;
        // There may be room for it now, or only for the note of its failure.
        if (after.lastFailure !== null) expect(after.lastFailure.problem).toMatch(NO_SPACE);
        else expect(after.warning).toBeNull();
      } finally {
        execFileSync("umount", [disk]);
      }
    },
    LONG_MS,
  );

  test(
    "because a restored row is missing is found by comparing, on a build that drops one",
    async () => {
      const port = String(await freePort());
      const sabotaged = join(root, "sabotaged");
      await using server = await startSabotaged(
        [
          {
            file: "apps/api/src/archive/batch-sql.ts",
            find: "await sql.unsafe(insertFrom(table), [toJson(rows)]);",
            replace:
              "await sql.unsafe(insertFrom(table), [toJson(table.name === 'knowledge' ? rows.slice(1) : rows)]);",
          },
        ],
        {
          ...databaseEnvironment(source.config),
          PORT: port,
          KEEPSAKE_BACKUP_DIR: sabotaged,
          KEEPSAKE_ADMIN_TOKEN: TOKEN,
        },
      );
      const url = `http://127.0.0.1:${port}`;
      await untilHealthy(server, url);
      await fetch(`${url}/system/backup`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: "{}",
      });
      const status = async () =>
        (await (await fetch(`${url}/system/status`, { headers: { authorization: `Bearer ${TOKEN}` } })).json()) as {
          backups: { lastFailure: { problem: string } | null; warning: string };
        };
      await eventually("it has failed", async () => (await status()).backups.lastFailure !== null, LONG_MS);
      expect((await status()).backups.warning).toMatch(
        /knowledge(_versions)? is not in the database as it is in the archive|knowledge_versions/,
      );
      expect((await readdir(sabotaged)).filter((name) => name !== "last-failure.json")).toEqual([]);
    },
    LONG_MS,
  );
});
