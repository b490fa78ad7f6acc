import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressOf, findRealPostgres } from "./real-postgres.ts";

const cache = mkdtempSync(join(tmpdir(), "keepsake-"));
const listener = createServer((socket) => socket.destroy());
// Nothing listens on port 1.
const silent = "postgres://keepsake:secret@127.0.0.1:1/postgres";
let answering = "";

const provision = (url: string): void => {
  mkdirSync(join(cache, "cluster"), { recursive: true });
  writeFileSync(join(cache, "cluster", "url"), `${url}\n`);
};

beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  answering = `postgres://keepsake@127.0.0.1:${(listener.address() as AddressInfo).port}/postgres`;
});

afterAll(() => {
  listener.close();
  rmSync(cache, { recursive: true });
});

test("takes TEST_DATABASE_URL before a provisioned database", async () => {
  provision(silent);
  expect(await findRealPostgres({ TEST_DATABASE_URL: answering, KEEPSAKE_CI_CACHE: cache })).toEqual({
    url: answering,
  });
});

test("refuses a TEST_DATABASE_URL where nothing answers, without showing its password", async () => {
  const search = findRealPostgres({ TEST_DATABASE_URL: silent, KEEPSAKE_CI_CACHE: cache });
  await expect(search).rejects.toThrow("TEST_DATABASE_URL names 127.0.0.1:1, where nothing answers.");
});

test("finds the provisioned database, and says when it is gone", async () => {
  provision(answering);
  expect(await findRealPostgres({ KEEPSAKE_CI_CACHE: cache })).toEqual({ url: answering });
  provision(silent);
  expect(await findRealPostgres({ KEEPSAKE_CI_CACHE: cache })).toHaveProperty("missing");
  expect(await findRealPostgres({ KEEPSAKE_CI_CACHE: join(cache, "none") })).toHaveProperty("missing");
});

test("names a database by its address alone", () => {
  expect(addressOf("postgres://someone:secret@db.example/keepsake")).toBe("db.example:5432");
  expect(addressOf("postgres:///keepsake?host=/run/postgresql")).toBe("a local socket");
  expect(addressOf("nonsense")).toBe("no valid URL");
});
