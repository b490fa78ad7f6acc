import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type DatabaseSession, openBeside } from "@keepsake/db";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runKeepsake } from "./_command-line.ts";
import {
  databaseEnvironment,
  freePort,
  type KeepsakeProcess,
  startProcess,
  untilHealthy,
} from "./_keepsake-process.ts";

const TOKEN = "a-token-of-a-test-that-is-long-enough";
/** Nine processes one behind the other, which takes a slow machine seconds each. */
const LONG_MS = 300_000;
const LONG_AGO = "2025-01-01T00:00:00.000Z";
/** Where the embedded database of a test lies is the machine's business: memory on one, a container's layer on another. */
const PLACES = ["data disk", "database disk", "backup disk", "backups"];

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly said: string;
  readonly fix: string | null;
}

let database: TestDatabase;
let folder: string;
let port: string;
let server: KeepsakeProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "keepsake-doctor-"));
  port = String(await freePort());
  server = startProcess({ ...databaseEnvironment(database.config), PORT: port });
  await untilHealthy(server, `http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Does something to the database, beside the server when it runs. */
async function change(what: (sql: DatabaseSession["sql"]) => PromiseLike<unknown>): Promise<void> {
  const { config } = database;
  await using session = await (config.home === "embedded" ? openBeside(config.dataDir, "postgres") : connect(config));
  await what(session.sql);
}

async function doctor(environment: Record<string, string> = {}) {
  // Set, though empty, so that nothing comes from a developer's own .env.
  const none = { DATABASE_URL: "", POSTGRES_HOST: "", OLLAMA_URL: "", KEEPSAKE_ADMIN_TOKEN: "", PORT: port };
  const all = { ...none, ...databaseEnvironment(database.config), ...environment };
  const { code, out, err } = await runKeepsake(["doctor", "--json"], all, folder);
  if (!out.startsWith("{")) throw new Error(`the doctor said: ${out}${err}`);
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return { code, findings, faultsOf: (check: string) => findings.filter((one) => one.check === check && one.fix) };
}

const fault = (level: string, said: RegExp) => ({
  level,
  said: expect.stringMatching(said) as unknown,
  fix: expect.stringMatching(/\w/) as unknown,
});

test("a server as it should be has no fault, and people get a line for each check", async () => {
  await using ollama = await startFakeOllama();
  const { findings } = await doctor({ OLLAMA_URL: ollama.url });
  expect(findings.filter(({ level, check }) => level === "fail" && !PLACES.includes(check))).toEqual([]);
  const checks = new Set(findings.map(({ check }) => check));
  for (const check of ["configuration", "access", "database", "durability", "versions", "clock", "model", "tokens"]) {
    expect(checks).toContain(check);
  }
  const { out } = await runKeepsake(["doctor"], databaseEnvironment(database.config), folder);
  expect(out).toMatch(/^pass {2}database {7}PostgreSQL \d+\.\d+ answers$/m);
  expect(out).toMatch(/\d+ passed, \d+ warned, \d+ failed, \d+ skipped\n$/);
});

describe("it tells, with what to do,", () => {
  test("variables that cannot be used, all at once", async () => {
    const { code, faultsOf } = await doctor({ LOG_LEVEL: "loud", HOST: "0.0.0.0" });
    expect(code).toBe(1);
    expect(faultsOf("configuration")).toMatchObject([fault("fail", /LOG_LEVEL/)]);
    expect(faultsOf("access")).toMatchObject([fault("warn", /whether the database holds a token is not known/)]);
  });

  test(
    "an address that others can reach and nothing guards, as the server judges it at its start",
    async () => {
      await using own = await createTestDatabase();
      const wide = { ...databaseEnvironment(own.config), HOST: "0.0.0.0", PORT: String(await freePort()) };
      const open = await doctor(wide);
      expect(open.faultsOf("access")).toMatchObject([fault("fail", /HOST=0\.0\.0\.0 without a token/)]);
      await using refused = startProcess(wide);
      expect(await refused.ended).not.toBe(0);
      expect(refused.output()).toContain("no token guards it");

      const made = await runKeepsake(["token", "create", "--role", "admin", "--label", "me"], wide);
      expect(made.code, made.err).toBe(0);
      await using started = startProcess(wide);
      await untilHealthy(started, `http://127.0.0.1:${wide.PORT}`);
      const { findings, faultsOf } = await doctor(wide);
      const access = { check: "access", level: "pass", said: "HOST=0.0.0.0, with a token", fix: null };
      expect(findings).toContainEqual(access);
      expect(faultsOf("tokens")).toEqual([]);
      expect(findings.filter(({ said }) => said.startsWith("Keepsake without a token"))).toEqual([]);

      const [, id = ""] = /Token (\S+)/.exec(made.err) ?? [];
      expect(await runKeepsake(["token", "revoke", id], wide)).toMatchObject({ code: 0 });
      const revoked = await doctor(wide);
      expect(revoked.faultsOf("access")).toEqual([]);
      expect(revoked.faultsOf("tokens")).toMatchObject([fault("warn", /all are revoked, and every call needs one/)]);
    },
    LONG_MS,
  );

  test("what it does not know of such an address, because the database cannot be looked at", async () => {
    const nowhere = { DATABASE_URL: `postgres://keepsake@127.0.0.1:${await freePort()}/keepsake`, HOST: "0.0.0.0" };
    expect((await doctor(nowhere)).faultsOf("access")).toMatchObject([
      fault("warn", /whether the database holds a token is not known/),
    ]);
    const none = { DATABASE_URL: "", KEEPSAKE_DATA_DIR: join(folder, "none"), HOST: "0.0.0.0" };
    expect((await doctor(none)).faultsOf("access")).toMatchObject([fault("fail", /without a token/)]);
  });

  test("a secret in a file that others can read, .env too", async () => {
    const file = join(folder, "token");
    await writeFile(file, TOKEN, { mode: 0o644 });
    await writeFile(join(folder, ".env"), `KEEPSAKE_ADMIN_TOKEN=${TOKEN}\n`, { mode: 0o644 });
    const { code, faultsOf } = await doctor({ KEEPSAKE_ADMIN_TOKEN_FILE: file });
    expect(code).toBe(1);
    expect(faultsOf("secrets")).toMatchObject([
      fault("fail", /token \(mode 644\)/),
      fault("fail", /\.env \(mode 644\)/),
    ]);
    await chmod(file, 0o600);
    await rm(join(folder, ".env"));
    expect((await doctor({ KEEPSAKE_ADMIN_TOKEN_FILE: file })).faultsOf("secrets")).toEqual([]);
  });

  test("a time zone that is none", async () => {
    expect((await doctor({ TZ: "Europe/Warszawa" })).faultsOf("time zone")).toMatchObject([fault("fail", /Warszawa/)]);
  });

  test("a clock that is two hours off", async () => {
    const shift = "const now = Date.now; Date.now = () => now() + 7_200_000;";
    const late = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` };
    expect((await doctor(late)).faultsOf("clock")).toMatchObject([fault("fail", /7200\.\d s ahead of the database's/)]);
  });

  test("a model that is away, missing, or another one than before", async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    expect((await doctor({ OLLAMA_URL: dead })).faultsOf("model")).toMatchObject([fault("fail", /does not answer/)]);
    await using ollama = await startFakeOllama({ models: ["llama3.2:latest"] });
    const missing = (await doctor({ OLLAMA_URL: ollama.url })).faultsOf("model");
    expect(missing).toMatchObject([fault("fail", /ollama pull nomic-embed-text/)]);
    await change(
      (sql) => sql`insert into embedding_spaces (model, dimensions, recipe, state)
        values ('nomic-embed-text', 384, 'nomic-v1@000000000000', 'active')`,
    );
    ollama.setModels(["nomic-embed-text:latest"]);
    const other = (await doctor({ OLLAMA_URL: ollama.url })).faultsOf("model");
    expect(other).toMatchObject([fault("fail", /pulled again with other weights/)]);
    await change((sql) => sql`delete from embedding_spaces`);
  });

  test("backups that are missing, old, or on the disk of the data", async () => {
    const backups = join(folder, "backups");
    await mkdir(backups, { mode: 0o700 });
    const environment = { KEEPSAKE_BACKUP_DIR: backups };
    const isEmbedded = database.config.home === "embedded";
    const [none] = (await doctor(environment)).faultsOf("backups");
    expect(none).toMatchObject(fault("warn", /no good backup yet/));
    const age = (days: number) =>
      change((sql) => sql`update installation set created_at = now() - make_interval(days => ${days})`);
    await age(30);
    expect((await doctor(environment)).faultsOf("backups")[0]).toMatchObject(fault("fail", /no good backup$/));
    await age(0);
    const manifest = {
      bytes: 1,
      sha256: "0".repeat(64),
      keepsake: null,
      rows: 1,
      verifiedIn: "here",
      verifiedAt: LONG_AGO,
    };
    const file = "keepsake-20250101T000000Z.jsonl.zst";
    await writeFile(
      join(backups, "keepsake-20250101T000000Z.json"),
      JSON.stringify({ ...manifest, file, createdAt: LONG_AGO }),
    );
    const old = (await doctor(environment)).faultsOf("backups");
    expect(old[0]).toMatchObject(fault("fail", /newest good backup is \d+ hours old/));
    if (isEmbedded) expect(old[1]).toMatchObject(fault("warn", /same disk as the data/));
    const failed = join(backups, "last-failure.json");
    await writeFile(failed, JSON.stringify({ at: "2025-01-02T00:00:00.000Z", problem: "There is no room for it." }));
    expect((await doctor(environment)).faultsOf("backups")[1]).toMatchObject(
      fault("warn", /last backup failed at 2025-01-02T00:00:00.000Z: There is no room for it/),
    );
  });

  test("a token that ends while it is in use; one that has ended is no fault beside another", async () => {
    await change(
      (sql) => sql`insert into api_tokens (id, secret_hash, label, role, scopes, expires_at, last_used_at)
        values ('abcd1234', 'none', 'kitchen', 'gateway', '{read}', now() + interval '50 hours', now())`,
    );
    expect((await doctor()).faultsOf("tokens")).toMatchObject([
      fault("warn", /abcd1234 \(kitchen, gateway\) is in use and ends in 3 days/),
    ]);
    await change((sql) => sql`update api_tokens set expires_at = now() - interval '1 day'`);
    expect((await doctor()).faultsOf("tokens")).toMatchObject([fault("warn", /all have ended: nobody can call/)]);
    expect((await doctor({ KEEPSAKE_ADMIN_TOKEN: TOKEN })).faultsOf("tokens")).toEqual([]);
    await change((sql) => sql`delete from api_tokens`);
  });

  test("a variable that is none, as the start warns", async () => {
    expect((await doctor({ KEEPSAKE_BACKUPDIR: "/mnt" })).faultsOf("configuration")).toMatchObject([
      fault("warn", /was KEEPSAKE_BACKUP_DIR meant/),
    ]);
  });

  test("a database that is newer or older than this Keepsake", async () => {
    await change(
      (sql) => sql`insert into drizzle.__drizzle_migrations (hash, created_at, name, breaking)
        values ('future', 4102444800000, '9999_renamed', 'all is renamed')`,
    );
    const newer = await doctor();
    expect(newer.code).toBe(1);
    expect(newer.faultsOf("versions")).toMatchObject([fault("fail", /9999_renamed/)]);
    await change((sql) => sql`delete from drizzle.__drizzle_migrations where hash = 'future'`);
    expect((await doctor()).faultsOf("versions")).toEqual([]);
  });

  test("a server of another version that still runs", async () => {
    const old = createServer((_, response) => response.end('{"status":"ok","version":"0.0.1"}')).listen(0, "127.0.0.1");
    await new Promise((resolve) => old.once("listening", resolve));
    const address = old.address();
    const itsPort = typeof address === "object" && address ? String(address.port) : "";
    expect((await doctor({ PORT: itsPort })).faultsOf("server")).toMatchObject([
      fault("warn", /Keepsake 0\.0\.1 answers/),
    ]);
    old.close();
  });

  test("a database that cannot be opened", async () => {
    const nowhere = { DATABASE_URL: `postgres://keepsake@127.0.0.1:${await freePort()}/keepsake` };
    expect((await doctor(nowhere)).faultsOf("database")).toMatchObject([fault("fail", /connection was refused/)]);
  });

  test.skipIf(!existsSync("/dev/shm"))("data in memory (where the system has /dev/shm)", async () => {
    const memory = { DATABASE_URL: "", KEEPSAKE_DATA_DIR: "/dev/shm/keepsake-doctor-none" };
    expect((await doctor(memory)).faultsOf("data disk")).toMatchObject([fault("fail", /which is memory/)]);
  });
});

test("it works beside a running server, which goes on undisturbed, and without one", async () => {
  const beside = await doctor();
  expect(beside.findings).toContainEqual(expect.objectContaining({ check: "server", level: "pass" }));
  expect(beside.findings).toContainEqual(expect.objectContaining({ check: "database", level: "pass" }));
  expect(beside.findings).toContainEqual(
    expect.objectContaining({ check: "open ports", level: "pass", said: expect.stringContaining(`(port ${port})`) }),
  );
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true);

  server.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  // A session of a PostgreSQL server has it at once, the embedded one from its next start on.
  const name = database.config.home === "server" ? new URL(database.config.url).pathname.slice(1) : null;
  await change((sql) => sql.unsafe(`alter ${name ? `database "${name}"` : "system"} set synchronous_commit = off`));
  const alone = await doctor();
  expect(alone.code).toBe(1);
  expect(alone.findings).toContainEqual(expect.objectContaining({ check: "server", level: "skip" }));
  expect(alone.faultsOf("durability")).toMatchObject([fault("fail", /synchronous_commit is off/)]);
});
