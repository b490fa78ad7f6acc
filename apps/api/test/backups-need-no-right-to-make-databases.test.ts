import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, migrate, type ServerConfig } from "@keepsake/db";
import { createEmptyDatabase, testDatabaseUrl, testEngine } from "@keepsake/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runKeepsake } from "./_command-line.ts";
import { databaseEnvironment } from "./_keepsake-process.ts";

/** Embedded databases are made, which takes a slow machine many seconds each. */
const LONG_MS = 300_000;
const EMBEDDED_MAY_ALL = "the embedded PostgreSQL has one user, who may do everything";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "keepsake-plain-role-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A home with one memory, whose user owns its database and is no superuser. */
async function createPlainHome(rights: "createdb" | "nocreatedb"): Promise<AsyncDisposable & { config: ServerConfig }> {
  await using resources = new AsyncDisposableStack();
  const admin = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  resources.defer(() => admin.end({ timeout: 5 }));
  const [name, password] = [`keepsake_plain_${randomUUID().slice(0, 8)}`, randomUUID()];
  await admin.unsafe(`create role ${name} login nosuperuser ${rights} password '${password}'`);
  resources.defer(async () => void (await admin.unsafe(`drop role ${name}`)));
  const { config } = resources.use(await createEmptyDatabase());
  if (config.home !== "server") throw new Error("a PostgreSQL server was asked for");
  const url = new URL(config.url);
  await createVector(config);
  await admin.unsafe(`alter database "${url.pathname.slice(1)}" owner to ${name}`);
  Object.assign(url, { username: name, password });
  const plain: ServerConfig = { ...config, url: url.href };
  await fill(plain);
  const kept = resources.move();
  return { config: plain, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** As the manual has it for such a user: once, by a superuser. */
async function createVector({ url }: ServerConfig): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create extension vector`;
  await sql.end({ timeout: 5 });
}

async function fill(config: ServerConfig): Promise<void> {
  await using handle = await connect(config);
  await migrate(handle);
  await handle.sql`insert into users (user_id) values ('ann')`;
  await handle.sql`insert into knowledge (user_id, id, content, content_hash)
    values ('ann', gen_random_uuid(), 'Kept without rights', 'a')`;
}

async function onDatabase<T>(config: ServerConfig, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  await using handle = await connect(config);
  return await work(handle.sql);
}

const keepsake = (config: ServerConfig, backups: string, ...words: string[]) =>
  runKeepsake(words, { ...databaseEnvironment(config), KEEPSAKE_BACKUP_DIR: backups });

const scratchIn = async (backups: string) => (await readdir(backups)).filter((name) => name.startsWith("scratch"));

test(
  "a server's user who may make no databases has backups that are compared all the same, and restored",
  async (ctx) => {
    if (testEngine() === "embedded") return ctx.skip(EMBEDDED_MAY_ALL);
    await using home = await createPlainHome("nocreatedb");
    const { config } = home;
    await expect(onDatabase(config, (sql) => sql`create database keepsake_never`)).rejects.toThrow("permission denied");
    const backups = join(folder, "none");
    const made = await keepsake(config, backups, "backup", "now");
    expect(made.code, made.err).toBe(0);
    expect(made.out).toContain("restored into an embedded database and compared.");
    expect((await keepsake(config, backups, "backup", "list")).out).toContain(".jsonl.zst");
    expect((await keepsake(config, backups, "backup", "verify", "latest")).out).toContain("every table is as it was");
    expect(await scratchIn(backups)).toEqual([]);

    await onDatabase(config, (sql) => sql`delete from knowledge`);
    const restored = await keepsake(config, backups, "restore", "latest", "--replace");
    expect(restored.code, restored.err).toBe(0);
    const rows = await onDatabase(config, (sql) => sql`select content from knowledge`);
    expect([...rows]).toEqual([{ content: "Kept without rights" }]);
  },
  LONG_MS,
);

test(
  "so has one who may make databases, whether or not the extensions in them, and leaves none of them behind",
  async (ctx) => {
    if (testEngine() === "embedded") return ctx.skip(EMBEDDED_MAY_ALL);
    await using home = await createPlainHome("createdb");
    const made = await keepsake(home.config, join(folder, "some"), "backup", "now");
    expect(made.code, made.err).toBe(0);
    expect(made.out).toMatch(/restored into (an embedded database|a database of the same server) and compared\./);
    const owned = await onDatabase(
      home.config,
      (sql) => sql`select datname from pg_database where pg_get_userbyid(datdba) = current_user`,
    );
    expect(owned).toHaveLength(1);
    expect(await scratchIn(join(folder, "some"))).toEqual([]);
  },
  LONG_MS,
);
