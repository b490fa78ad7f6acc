import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTool, testEngine } from "@keepsake/db/testing";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashFile, listBackups, readFailure } from "../src/backup/backup-folder.ts";
import { type FilledDatabases, fillDatabases, fingerprint } from "./_filled-databases.ts";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { eventually } from "./_keepsake-server.ts";

// The very scripts of deploy/, as the backup container runs them.

const DEPLOY = fileURLToPath(new URL("../../../deploy", import.meta.url));
const DAY_MS = 24 * 3_600_000;

const whyNot = findReason();

/** pg_dump reads servers of its own major and older ones. */
function findReason(): string | null {
  if (testEngine() === "embedded") return "backups are of a PostgreSQL server";
  const pgDump = findTool("pg_dump");
  if (pgDump === null) return "there is no pg_dump; `.ci/provision-postgres start` unpacks one";
  const [major = "0"] = /\d+/.exec(execFileSync(pgDump, ["--version"], { encoding: "utf8" })) ?? [];
  return Number(major) < 17 ? `pg_dump is of PostgreSQL ${major}, older than the server` : null;
}

let databases: FilledDatabases;
beforeAll(async () => {
  if (whyNot === null) databases = await fillDatabases();
});
afterAll(() => databases?.[Symbol.asyncDispose]());

let database: string;
let folder: string;
beforeEach(async (ctx) => {
  if (whyNot !== null) ctx.skip(whyNot);
  database = await databases.copy();
  folder = await mkdtemp(join(tmpdir(), "keepsake-backups-"));
});
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe("a backup", () => {
  test("brings every row of every table back after the database is gone, and the server finds it", async () => {
    const before = await fingerprint(url());
    expect(await script("backup.sh", ["now"])).toMatchObject({ code: 0 });
    await onServer((sql) => sql`drop database ${sql(database)}`);

    const { code, said } = await script("restore.sh", ["latest"]);
    expect(said).toContain(`${database} is as ${folder}/keepsake-`);
    expect(code).toBe(0);
    expect(await fingerprint(url())).toEqual(before);
    expect(await namesLike("_restoring_")).toEqual([]);
    expect(await contentsFound("światło")).toEqual(["ola: światło 💡"]);
  });

  test("is read by its owner and Keepsake's group alone, and has a checksum that sha256sum takes", async () => {
    await script("backup.sh", ["now"]);
    const [dump = "", checksum = ""] = (await readdir(folder)).sort();
    expect((await stat(join(folder, dump))).mode & 0o777).toBe(0o640);
    expect(execFileSync("sha256sum", ["--check", checksum], { cwd: folder, encoding: "utf8" })).toBe(`${dump}: OK\n`);
  });

  test("that fails says why, leaves nothing half done, and leaves the ones before it alone", async () => {
    await script("backup.sh", ["now"]);
    const before = await readdir(folder);
    const { code, said } = await script("backup.sh", ["now"], { PGPORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(said).toContain("Connection refused");
    expect(await readdir(folder)).toEqual(before);
  });

  test("that came out short is not kept, though pg_dump said that all was well", async () => {
    const bin = await mkdtemp(join(tmpdir(), "keepsake-bin-"));
    const short = `#!/bin/sh\n"${findTool("pg_dump")}" "$@" && [ "$1" = --version ] || truncate -s -1000 ${folder}/*.partial\n`;
    await writeFile(join(bin, "pg_dump"), short, { mode: 0o755 });
    const PATH = [bin, dirname(findTool("pg_dump") ?? ""), process.env["PATH"]].join(delimiter);
    const { code, said } = await script("backup.sh", ["now"], { PATH });
    await rm(bin, { recursive: true });
    expect(code).toBe(1);
    expect(said).toContain("the dumps before it are untouched");
    expect(await readdir(folder)).toEqual(["last-failure.json"]);
    expect(await readFailure(folder)).toMatchObject({ problem: expect.stringContaining("backup.sh failed") });
  });

  test("is known to Keepsake by its manifest, with rows and time", async () => {
    await script("backup.sh", ["now"]);
    const [backup] = await listBackups(folder);
    expect(backup?.path).toBe(join(folder, (await readdir(folder)).find((name) => name.endsWith(".dump")) ?? ""));
    expect(backup?.sha256).toBe(await hashFile(backup?.path ?? ""));
    expect(backup?.rows).toBeGreaterThan(100);
    expect(await namesLike("keepsake_scratch")).toEqual([]);
  });

  test("whose restored tables are not those of its snapshot is not kept", async () => {
    const bin = await mkdtemp(join(tmpdir(), "keepsake-bin-"));
    const without = `#!/bin/sh\nexec "${findTool("pg_dump")}" "$@" $([ "$1" = --version ] || echo --exclude-table-data=public.knowledge_versions)\n`;
    await writeFile(join(bin, "pg_dump"), without, { mode: 0o755 });
    const PATH = [bin, dirname(findTool("pg_dump") ?? ""), process.env["PATH"]].join(delimiter);
    const { code, said } = await script("backup.sh", ["now"], { PATH });
    await rm(bin, { recursive: true });
    expect(code).toBe(1);
    expect(said).toMatch(/once restored, is not what it was made from: .*knowledge_versions/);
    expect(await readdir(folder)).toEqual(["last-failure.json"]);
  });

  test("is refused in a sentence where pg_dump is older than the server", async () => {
    const bin = await mkdtemp(join(tmpdir(), "keepsake-bin-"));
    await writeFile(join(bin, "pg_dump"), '#!/bin/sh\necho "pg_dump (PostgreSQL) 15.9 (Debian 15.9-1)"\n', {
      mode: 0o755,
    });
    const PATH = [bin, dirname(findTool("pg_dump") ?? ""), process.env["PATH"]].join(delimiter);
    const { code, said } = await script("backup.sh", ["now"], { PATH });
    await rm(bin, { recursive: true });
    expect(code).toBe(1);
    expect(said).toMatch(
      /this pg_dump is of PostgreSQL 15, the server of \d+: back it up by the programs of its own version/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test("of a database without Keepsake's tables is not made", async () => {
    const { code, said } = await script("backup.sh", ["now"], { PGDATABASE: "postgres" });
    expect(code).toBe(1);
    expect(said).toContain("no tables of Keepsake's in postgres");
    expect(await readdir(folder)).toEqual([]);
  });

  test("removes those that are older than the days to keep, and never the newest three", async () => {
    for (const [days, name] of [60, 50, 40, 30].map(
      (age) => [age, `keepsake-2026010${6 - age / 10}T000000Z.dump`] as const,
    )) {
      await writeFile(join(folder, name), "");
      const at = new Date(Date.now() - days * DAY_MS);
      await utimes(join(folder, name), at, at);
    }
    await script("backup.sh", ["now"], { BACKUP_KEEP_DAYS: "08" });
    const left = (await readdir(folder)).filter((name) => name.endsWith(".dump")).sort();
    expect(left.slice(0, 2)).toEqual(["keepsake-20260102T000000Z.dump", "keepsake-20260103T000000Z.dump"]);
    expect(left).toHaveLength(3);
  });

  test("is checked for its age", async () => {
    expect(await script("backup.sh", ["check"])).toMatchObject({ code: 1, said: expect.stringContaining("no dump") });
    await script("backup.sh", ["now"]);
    expect(await script("backup.sh", ["check"])).toMatchObject({ code: 0, said: "" });
    const [dump = ""] = (await readdir(folder)).sort();
    const at = new Date(Date.now() - 2 * DAY_MS);
    await utimes(join(folder, dump), at, at);
    expect(await script("backup.sh", ["check"])).toMatchObject({ code: 1, said: expect.stringContaining("36 hours") });
  });

  test.for([
    [{ BACKUP_AT: "25:00" }, "BACKUP_AT=25:00 is no time"],
    [{ BACKUP_KEEP_DAYS: "two" }, "BACKUP_KEEP_DAYS=two is no number"],
    [{ BACKUP_FOLDER: "/none" }, "sudo install -d -o"],
  ] as const)("with %j is refused in a sentence", async ([environment, sentence]) => {
    const { code, said } = await script("backup.sh", ["daily"], environment);
    expect(code).toBe(1);
    expect(said).toContain(sentence);
  });

  test("is made at once by the daily run unless there is one of today, and SIGTERM ends the run", async () => {
    const first = startScript("backup.sh", ["daily"]);
    await eventually("there is a dump", async () => (await readdir(folder)).some((name) => name.endsWith(".dump")));
    await eventually("it is told", async () => first.said().includes("next dump is made at 02:30"));
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);

    const second = startScript("backup.sh", ["daily"]);
    await eventually("it waits for the night", async () => second.said().includes("next dump is made at 02:30"));
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    expect((await readdir(folder)).filter((name) => name.endsWith(".dump"))).toHaveLength(1);
  });
});

describe("restoring", () => {
  test("refuses a database that holds tables, and changes nothing", async () => {
    await script("backup.sh", ["now"]);
    const before = await fingerprint(url());
    const { code, said } = await script("restore.sh", ["latest"]);
    expect(code).toBe(1);
    expect(said).toMatch(/holds \d+ tables, and nothing was changed.*--replace/);
    expect(await fingerprint(url())).toEqual(before);
  });

  test("puts the dump in its place when told, and keeps what was there", async () => {
    const dumped = await fingerprint(url());
    await script("backup.sh", ["now"]);
    await onDatabase((sql) => sql`delete from knowledge where user_id = 'ola'`);
    const damaged = await fingerprint(url());

    const { code, said } = await script("restore.sh", ["latest", "--replace"]);
    expect(code).toBe(0);
    expect(await fingerprint(url())).toEqual(dumped);
    const [aside = ""] = await namesLike("_before_");
    expect(said).toContain(`dropdb ${aside}`);
    expect(await fingerprint(databases.urlOf(aside))).toEqual(damaged);
  });

  test("refuses while a server is in the database", async () => {
    await script("backup.sh", ["now"]);
    await onDatabase(async (sql) => {
      await sql`select`;
      const { code, said } = await script("restore.sh", ["latest", "--replace"]);
      expect(code).toBe(1);
      expect(said).toMatch(/1 sessions are in .*Stop the server first/);
    });
    expect(await namesLike("_")).toEqual([]);
  });

  test("refuses a damaged dump, and a shortened one without its checksum, and changes nothing", async () => {
    await script("backup.sh", ["now"]);
    const before = await fingerprint(url());
    const [name = ""] = (await readdir(folder)).sort();
    const dump = join(folder, name);
    const { size } = await stat(dump);
    await flipByte(dump, Math.floor(size / 2));
    expect(await script("restore.sh", [dump, "--replace"])).toMatchObject({
      code: 1,
      said: expect.stringContaining("damaged: it does not have the checksum"),
    });
    await rm(`${dump}.sha256`);
    await truncate(dump, size - 1_000);
    expect(await script("restore.sh", [dump, "--replace"])).toMatchObject({
      code: 1,
      said: expect.stringContaining("is damaged, see above. Nothing was changed"),
    });
    expect(await fingerprint(url())).toEqual(before);
  });

  test("says what it lacks", async () => {
    expect(await script("restore.sh", ["latest"])).toMatchObject({
      code: 1,
      said: `restore: there is no dump in ${folder}.`,
    });
    expect(await script("restore.sh", [])).toMatchObject({ code: 1, said: expect.stringContaining("usage:") });
  });
});

const url = () => databases.urlOf(database);

function startScript(name: string, args: readonly string[], environment: Record<string, string> = {}) {
  const { hostname, port, username } = new URL(url());
  const env = {
    PATH: [dirname(findTool("pg_dump") ?? ""), process.env["PATH"]].join(delimiter),
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGDATABASE: database,
    BACKUP_FOLDER: folder,
    ...environment,
  };
  const child = spawn(join(DEPLOY, name), args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const ended = once(child, "close").then(([code]) => code as number);
  return { child, ended, said: () => said.trim() };
}

async function script(name: string, args: readonly string[], environment: Record<string, string> = {}) {
  const { ended, said } = startScript(name, args, environment);
  return { code: await ended, said: said() };
}

async function onDatabase<Result>(work: (sql: postgres.Sql) => Promise<Result>, name = database): Promise<Result> {
  const sql = postgres(databases.urlOf(name), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const onServer = <Result>(work: (sql: postgres.Sql) => Promise<Result>) => onDatabase(work, "postgres");

/** Databases that restoring made beside this one. */
async function namesLike(infix: string): Promise<string[]> {
  const rows = await onServer(
    (sql) =>
      sql<{ datname: string }[]>`select datname from pg_database where starts_with(datname, ${database + infix})`,
  );
  return rows.map(({ datname }) => datname);
}

async function contentsFound(query: string): Promise<string[]> {
  const port = await freePort();
  const config = {
    home: "server",
    url: url(),
    poolSize: 2,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
  } as const;
  await using server = startProcess({ ...databaseEnvironment(config), PORT: String(port) });
  await untilHealthy(server, `http://127.0.0.1:${port}`);
  const input = encodeURIComponent(JSON.stringify({ json: { query } }));
  const answer = await fetch(`http://127.0.0.1:${port}/trpc/memory.search?input=${input}`, {
    headers: { "x-keepsake-user": "ola" },
  });
  const { result } = (await answer.json()) as { result: { data: { json: { hits: { content: string }[] } } } };
  return result.data.json.hits.map(({ content }) => content);
}

async function flipByte(path: string, position: number): Promise<void> {
  await using file = await open(path, "r+");
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, position);
}
