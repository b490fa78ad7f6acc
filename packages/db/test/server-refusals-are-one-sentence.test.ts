import { connect, DatabaseStartError, type ServerConfig } from "@keepsake/db";
import { createEmptyDatabase, testDatabaseUrl, testEngine } from "@keepsake/db/testing";
import { describe, expect, test } from "vitest";
import { checkServer } from "../src/server-requirements.ts";
import {
  answerInHttp,
  closeAtOnce,
  type Misbehaviour,
  refuseWith,
  sayNothing,
  startFakeServer,
} from "./_fake-server.ts";

const PASSWORD = "s3cret-canary";
const DEADLINE_MS = 1500;

function configFor(url: string): ServerConfig {
  return { home: "server", url, poolSize: 2, connectTimeoutMs: DEADLINE_MS, statementTimeoutMs: 5000 };
}

/** The refusal's sentence, once it is certain that it came in time and tells no password. */
async function refusalOf(config: ServerConfig): Promise<string> {
  const begunAt = performance.now();
  const error = await connect(config).catch((reason: unknown) => reason);
  expect(performance.now() - begunAt).toBeLessThan(DEADLINE_MS + 1500);
  expect(error).toBeInstanceOf(DatabaseStartError);
  const { message, cause } = error as DatabaseStartError;
  expect(`${message} ${cause} ${JSON.stringify(cause)}`).not.toContain(PASSWORD);
  expect(message).toMatch(/^[^\n]+\.$/);
  return message;
}

async function refusalBy(misbehave: Misbehaviour): Promise<string> {
  await using server = await startFakeServer(misbehave);
  const refusal = await refusalOf(configFor(`postgres://ada:${PASSWORD}@127.0.0.1:${server.port}/memory`));
  expect(refusal).toContain(`PostgreSQL at 127.0.0.1:${server.port} (database "memory")`);
  return refusal;
}

describe("a server that cannot be used is refused in one sentence, in time, without the password", () => {
  test("an address that is none", async () => {
    const refusal = await refusalOf(configFor(`postgres://ada:${PASSWORD}@:nonsense:/`));
    expect(refusal).toContain("is not a PostgreSQL address");
  });

  test("a port where nobody listens", async () => {
    const server = await startFakeServer(sayNothing);
    await server[Symbol.asyncDispose]();
    const refusal = await refusalOf(configFor(`postgres://ada:${PASSWORD}@127.0.0.1:${server.port}/memory`));
    expect(refusal).toContain("cannot be reached (the connection was refused)");
  });

  test("a host without an address", async () => {
    const refusal = await refusalOf(configFor(`postgres://ada:${PASSWORD}@keepsake.invalid/memory`));
    expect(refusal).toMatch(/keepsake\.invalid:5432 .+ cannot be reached \(the host's name|did not answer within/);
  });

  test("a port that accepts and closes", async () => {
    expect(await refusalBy(closeAtOnce)).toMatch(/did not answer within 1500 ms|cannot be reached/);
  });

  test("a port that accepts and says nothing", async () => {
    expect(await refusalBy(sayNothing)).toMatch(/did not answer within 1500 ms|the connection timed out/);
  });

  test("a port where something else answers", async () => {
    await refusalBy(answerInHttp);
  });

  test("a wrong password", async () => {
    const refusal = await refusalBy(refuseWith("28P01", 'password authentication failed for user "ada"'));
    expect(refusal).toContain('refused the password of user "ada"');
  });

  test("any other refusal, in PostgreSQL's words", async () => {
    expect(await refusalBy(refuseWith("53300", "sorry, too many clients already"))).toContain(
      "too many clients already",
    );
  });

  test("a database that does not exist", async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("needs a real server");
    const url = new URL(testDatabaseUrl());
    url.pathname = "/keepsake_nowhere";
    expect(await refusalOf(configFor(url.href))).toContain('run CREATE DATABASE "keepsake_nowhere" there first');
  });

  test("a user who may not create the extensions, until somebody else did", async (ctx) => {
    if (testEngine() !== "postgres") ctx.skip("needs a real server");
    await using database = await createEmptyDatabase();
    await using admin = await connect(database.config);
    const url = new URL((database.config as ServerConfig).url);
    const role = `keepsake_test_role_${process.pid}`;
    await admin.sql.unsafe(`create role ${role} login password '${PASSWORD}'`);
    url.username = role;
    url.password = PASSWORD;
    try {
      expect(await refusalOf(configFor(url.href))).toContain("run CREATE EXTENSION vector in this database once");
      await admin.sql.unsafe("create extension vector; create extension unaccent; create extension btree_gin");
      await using handle = await connect(configFor(url.href));
      await handle.ping(DEADLINE_MS);
    } finally {
      await admin.sql.unsafe(`drop role ${role}`);
    }
  });
});

describe("a server that answers is looked at before it is used", () => {
  const contrib = ["unaccent", "btree_gin"].map((name) => ({ name, offered: "1.3", installed: null, mayCreate: true }));

  /** Gives the two answers that `checkServer` asks for, in its order. */
  function serverThatSays(server: string, extensions: readonly object[]): Parameters<typeof checkServer>[0] {
    const answers = [[{ server, vector: null }], extensions];
    return (async () => answers.shift()) as unknown as Parameters<typeof checkServer>[0];
  }

  test("PostgreSQL 15 is too old", async () => {
    await expect(checkServer(serverThatSays("15.14 (Debian 15.14-0)", []))).rejects.toThrow(
      "This is PostgreSQL 15.14, and Keepsake needs 16 or newer",
    );
  });

  test("without pgvector it says which package to install", async () => {
    await expect(checkServer(serverThatSays("17.6", contrib))).rejects.toThrow(
      "does not have the extension vector: install pgvector (the package postgresql-17-pgvector on Debian",
    );
  });

  test("with an old pgvector it says to install a newer one, or to update what is there", async () => {
    const old = { name: "vector", offered: "0.7.4", installed: null, mayCreate: true };
    await expect(checkServer(serverThatSays("16.1", [old, ...contrib]))).rejects.toThrow(
      "needs 0.8 or newer: install pgvector",
    );
    const stale = { ...old, offered: "0.10.0", installed: "0.5.1" };
    await expect(checkServer(serverThatSays("16.1", [stale, ...contrib]))).rejects.toThrow(
      "run ALTER EXTENSION vector UPDATE",
    );
  });

  test("0.10 is newer than 0.8", async () => {
    const future = { name: "vector", offered: "0.10.0", installed: "0.10.0", mayCreate: false };
    const versions = await checkServer(serverThatSays("18.1", [future, ...contrib]));
    expect(versions.serverVersion).toBe("18.1");
  });
});
