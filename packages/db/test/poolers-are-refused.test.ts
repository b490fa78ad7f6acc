import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type ServerConfig } from "@keepsake/db";
import { createTestDatabase, findTool, type TestDatabase, testEngine } from "@keepsake/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sayNothing, startFakeServer } from "./_fake-server.ts";

const program = findTool("pgbouncer");
const notHere = program === null ? "pgbouncer is not installed" : null;
const why = testEngine() === "postgres" ? notHere : "the embedded home has no pooler";
/** What pgbouncer does not know by itself. */
const SETTINGS = [
  "hnsw.iterative_scan",
  "hnsw.ef_search",
  "jit",
  "statement_timeout",
  "idle_in_transaction_session_timeout",
];
const READY_WITHIN_MS = 10_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describe.skipIf(why !== null)(
  `a pooler before the server is refused, with what to do${why === null ? "" : ` (${why})`}`,
  () => {
    test("when it does not know the settings of sessions", async () => {
      await using pooler = await startPooler(serverConfig());
      await expect(connect({ ...serverConfig(), url: pooler.url })).rejects.toThrow(
        /127\.0\.0\.1:\d+ .+ cannot be used\. A pooler such as pgbouncer .+ point DATABASE_URL at PostgreSQL itself/,
      );
    });

    test("when it was told to ignore them, on a database with the schema too", async () => {
      await using pooler = await startPooler(serverConfig(), `ignore_startup_parameters = ${SETTINGS.join(",")}`);
      const sql = postgres(pooler.url, { max: 1, prepare: false });
      expect([...(await sql`select count(*)::int as users from users`)]).toEqual([{ users: 0 }]);
      await sql.end();
      await expect(connect({ ...serverConfig(), url: pooler.url })).rejects.toThrow("A pooler such as pgbouncer");
    });
  },
);

function serverConfig(): ServerConfig {
  if (database.config.home !== "server") throw new Error("the embedded home has no pooler");
  return database.config;
}

/** pgbouncer in transaction mode before a database. It does not run as root. */
async function startPooler(behind: ServerConfig, setting = ""): Promise<AsyncDisposable & { readonly url: string }> {
  const server = new URL(behind.url);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "keepsake-pooler-"));
  await chmod(folder, 0o755);
  const file = join(folder, "pgbouncer.ini");
  // It takes no empty password.
  const password = server.password === "" ? "" : ` password=${server.password}`;
  const target = `host=${server.hostname} port=${server.port} user=${server.username}${password}`;
  const lines = [
    ...["[databases]", `* = ${target}`],
    ...["[pgbouncer]", "listen_addr = 127.0.0.1", `listen_port = ${port}`, "unix_socket_dir ="],
    ...["auth_type = any", "pool_mode = transaction", setting],
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const user = userInfo().uid === 0 ? ["-u", "nobody"] : [];
  const child = spawn(program ?? "", [...user, file], { stdio: "ignore" });
  const ended = once(child, "close");
  await untilAccepts(port);
  server.port = String(port);
  return {
    url: server.href,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  await using server = await startFakeServer(sayNothing);
  return server.port;
}

async function untilAccepts(port: number): Promise<void> {
  const giveUpAtMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const socket = createConnection({ host: "127.0.0.1", port });
    const isOpen = await new Promise((resolve) =>
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false)),
    );
    socket.destroy();
    if (isOpen) return;
    if (performance.now() > giveUpAtMs) throw new Error("pgbouncer did not begin to listen");
    await sleep(50);
  }
}
