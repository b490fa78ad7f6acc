import { setTimeout as sleep } from "node:timers/promises";
import { createClient, errorReason } from "@keepsake/client";
import postgres from "postgres";
import type { Sabotage } from "../../apps/api/test/_sabotage.ts";
import { createTestDatabase } from "../../packages/db/testing/index.ts";
import { quantile } from "../_timing.ts";
import type { Drill, DrillOptions, Outcome } from "./drill.ts";
import { startDrillServer } from "./drill-server.ts";

const POOL = 4;
const CALLS = { full: 400, short: 40 };
const USERS = 12;
const ADMIN_TOKEN = "the-admin-token-of-a-busy-database";

const SHARED_HEALTH: Sabotage = {
  file: "packages/db/src/database-handle.ts",
  find: "createPing(lanes.health)",
  replace: "createPing(lanes.app)",
};
const SHARED_TOKENS: Sabotage = {
  file: "packages/db/src/database-handle.ts",
  find: "dbOf(lanes.tokens)",
  replace: "db",
};

/** All connections of callers are held up by a lock: the rest is told in time; health and tokens have lanes of their own. */
export const drill: Drill = {
  name: "busy-database",
  title: "Every connection is busy, then all but one: who waits is told, and who need not wait does not",
  homes: ["postgres"],
  run: (options) => keepBusy(options, []),
  controls: [
    {
      title: "health on the callers' connections",
      homes: ["postgres"],
      run: (options) => keepBusy(options, [SHARED_HEALTH]),
    },
    {
      title: "tokens on the callers' connections",
      homes: ["postgres"],
      run: (options) => keepBusy(options, [SHARED_TOKENS]),
    },
  ],
};

async function keepBusy({ full, log }: DrillOptions, sabotages: readonly Sabotage[]): Promise<Outcome> {
  await using database = await createTestDatabase();
  if (database.config.home !== "server") throw new Error("the embedded database has one connection");
  const { url } = database.config;
  const environment = { DATABASE_POOL_SIZE: String(POOL), KEEPSAKE_ADMIN_TOKEN: ADMIN_TOKEN };
  await using server = await startDrillServer(url, { ...environment, KEEPSAKE_DURABILITY: "relaxed" }, sabotages);
  // One that the database has to be asked for, which the configured one is not.
  const admin = createClient({ url: server.url, token: ADMIN_TOKEN });
  const made = await admin.system.createToken.mutate({ label: "busy", role: "gateway" });
  const token = made.token ?? "";
  const clientOf = (number: number) =>
    createClient({ url: server.url, token, userId: `user-${number}`, timeoutMs: 30_000, retries: 0 });
  for (let user = 0; user < USERS; user += 1) {
    await clientOf(user).preferences.set.mutate({ key: "held", value: 0 });
  }
  const calls = full ? CALLS.full : CALLS.short;
  log("all connections busy");
  const exhausted = await whileHeld(url, POOL, async (held) => {
    const blocked = Array.from({ length: POOL }, (_, user) =>
      clientOf(user).preferences.set.mutate({ key: "held", value: 1 }).catch(errorReason),
    );
    await held();
    const others = await timed(8, (number) => clientOf(POOL + number).memory.stats.query());
    const health = await timed(calls, () => assertReady(server.url, token));
    return { others, health, blocked: await Promise.all(blocked) };
  });
  log("one connection free");
  const free = await whileHeld(url, POOL - 1, async (held) => {
    const blocked = Array.from({ length: POOL - 1 }, (_, user) =>
      clientOf(user).preferences.set.mutate({ key: "held", value: 2 }).catch(errorReason),
    );
    await held();
    const firstMs = Promise.race(blocked).then(() => performance.now());
    const fast = await timed(calls, (number) => clientOf(POOL + (number % 4)).memory.stats.query());
    const untilMs = await firstMs;
    await Promise.all(blocked);
    // Who got its answer only when a slow one was over has waited behind it.
    return {
      ...fast,
      reasons: fast.reasons.map((reason, at) => ((fast.endedMs[at] ?? 0) < untilMs ? reason : "late")),
    };
  });
  const { others, health, blocked } = exhausted;
  return {
    counts: {
      "waiters told OVERLOADED": others.reasons.filter((reason) => reason === "OVERLOADED").length,
      "held calls told why": blocked.filter((reason) => reason === "DATABASE_UNAVAILABLE").length,
      "health answers meanwhile": health.reasons.filter((reason) => reason === "answered").length,
      "fast calls with one connection free": free.reasons.length,
      "of them pinned behind a slow one": free.reasons.filter((reason) => reason !== "answered").length,
    },
    measured: {
      waiters: `slowest ${Math.round(Math.max(...others.ms))} ms`,
      health: `p99 ${Math.round(quantile(health.ms, 0.99))} ms`,
      "fast calls": `p99 ${Math.round(quantile(free.ms, 0.99))} ms`,
    },
    failures: [
      ...wrong("a waiter", others.reasons, ["OVERLOADED", "DATABASE_UNAVAILABLE"]),
      ...wrong("a held call", blocked.map(String), ["DATABASE_UNAVAILABLE"]),
      ...wrong("health", health.reasons, ["answered"]),
      ...wrong("a fast call", free.reasons, ["answered"]),
    ],
  };
}

function wrong(who: string, reasons: readonly string[], allowed: readonly string[]): string[] {
  const others = reasons.filter((reason) => !allowed.includes(reason));
  return others.length > 0 ? [`${who} was answered ${others[0]} (${others.length} times)`] : [];
}

/** Runs something while a lock holds up whoever changes the preferences of the first users. */
async function whileHeld<T>(url: string, users: number, work: (held: () => Promise<void>) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const watch = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.begin(async (tx) => {
      const names = Array.from({ length: users }, (_, user) => `user-${user}`);
      await tx`select from preferences where user_id = any(${names}) for update`;
      return await work(() => untilWaiting(watch, users));
    })) as T;
  } finally {
    await Promise.all([sql.end({ timeout: 1 }), watch.end({ timeout: 1 })]);
  }
}

async function untilWaiting(sql: postgres.Sql, count: number): Promise<void> {
  for (;;) {
    const [row] = await sql<[{ waiting: number }]>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    if (row.waiting >= count) return;
    await sleep(10);
  }
}

/** @throws Error unless the server says that it and its database are well */
async function assertReady(url: string, token: string): Promise<void> {
  const answer = await fetch(`${url}/readyz`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

async function timed(count: number, call: (number: number) => Promise<unknown>) {
  const ms: number[] = [];
  const endedMs: number[] = [];
  const reasons = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      await sleep(number % 50);
      const startedMs = performance.now();
      const reason = await call(number).then(
        () => "answered",
        (error: unknown) => errorReason(error) ?? String(error),
      );
      endedMs[number] = performance.now();
      ms.push(performance.now() - startedMs);
      return reason;
    }),
  );
  return { ms, endedMs, reasons };
}
