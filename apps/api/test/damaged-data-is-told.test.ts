import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type EmbeddedConfig, lookIn, migrate } from "@keepsake/db";
import type { TestDatabase } from "@keepsake/db/testing";
import { pino } from "pino";
import { expect, test } from "vitest";
import { runKeepsake } from "./_command-line.ts";
import { emptyHome } from "./_filled-home.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";

const SENTENCE = /The database's data is damaged.*restores the newest good backup/;
/** Within the only page that a few memories fill: PostgreSQL fills pages of 8,192 bytes from their end. */
const AT = 7_000;
const DAMAGED_BYTES = 200;

/** Before the server, whose statements are watched: a migration is about all users. */
async function prepare(config: EmbeddedConfig): Promise<void> {
  await using handle = await connect(config);
  await migrate(handle);
}

/** Where the memories lie, within the cluster's folder. */
async function memoriesFile(config: EmbeddedConfig): Promise<string> {
  await using session = await lookIn(config);
  const [row] = await session.sql<[{ path: string }]>`select pg_relation_filepath('knowledge') as path`;
  return join(config.dataDir, "postgres", row.path);
}

async function damage(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(DAMAGED_BYTES, 0xa5), 0, DAMAGED_BYTES, AT);
  await file.close();
}

/** Three memories, of which a page is broken while no server runs. */
async function keepAndDamage(database: TestDatabase): Promise<void> {
  const config = database.config as EmbeddedConfig;
  await prepare(config);
  {
    await using server = await startTestServer({ database });
    for (const content of ["Ann drinks green tea", "Ann has a red bicycle", "the key lies under the mat"]) {
      await server.client.memory.add.mutate({ content });
    }
    const status = await server.client.system.status.query();
    expect(status.database).toMatchObject({ damageProblem: null });
  }
  await damage(await memoriesFile(config));
}

async function calls(server: TestServer): Promise<void> {
  const refused = { data: { reason: "DATABASE_UNAVAILABLE", httpStatus: 503 } };
  const said = { message: expect.stringMatching(SENTENCE) as unknown };
  await expect(server.client.memory.list.query({})).rejects.toMatchObject({ ...refused, ...said });
  await expect(server.client.memory.search.query({ query: "tea" })).rejects.toMatchObject({ ...refused, ...said });
  const overRest = await fetch(`${server.url}/memory/list`);
  expect(overRest.status).toBe(503);
  expect(overRest.headers.get("retry-after")).toBe("60");
}

test("a damaged page of data is told to callers, to whoever asks for health, to the doctor, and once to the log", {
  timeout: 240_000,
}, async () => {
  await using database = await emptyHome("embedded");
  const config = database.config as EmbeddedConfig;
  await keepAndDamage(database);

  const lines: { level: number; msg: string }[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await using server = await startTestServer({ database, logger });
  await calls(server);

  const ready = await fetch(`${server.url}/readyz`);
  expect(ready.status).toBe(503);
  const reason = expect.stringMatching(SENTENCE) as unknown;
  expect(await ready.json()).toMatchObject({ ready: false, database: { ok: false, reason, damageProblem: reason } });
  const status = await server.client.system.status.query();
  expect(status.database).toMatchObject({ damageProblem: reason });
  expect(lines.filter(({ level, msg }) => level >= 50 && SENTENCE.test(msg))).toHaveLength(1);
  expect(lines.map(({ msg }) => msg)).not.toContain("a call failed");

  const environment = { KEEPSAKE_DATA_DIR: config.dataDir, PORT: new URL(server.url).port };
  const { code, out } = await runKeepsake(["doctor"], environment, config.dataDir);
  expect(code).toBe(1);
  expect(out).toMatch(/^fail {2}damage .*The database's data is damaged/m);
});

test("a backup that meets damage before any call does tells it too", { timeout: 240_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "keepsake-damaged-"));
  await using database = await emptyHome("embedded");
  await keepAndDamage(database);
  await using server = await startTestServer({ database, asAdmin: true, backup: { folder, at: "02:30" } });
  const status = () => server.client.system.status.query();
  // The first one of a server without any may have begun by itself.
  await server.client.system.backup.mutate();
  await eventually("the backup has failed", async () => (await status()).backups.lastFailure !== null, 120_000);
  const reason = expect.stringMatching(SENTENCE) as unknown;
  expect((await status()).database).toMatchObject({ damageProblem: reason });
  expect((await status()).backups).toMatchObject({ lastGood: null });
  await rm(folder, { recursive: true });
});
