import { errorReason } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finishErasures } from "../src/system/erase-user.ts";
import { eventually, startTestServer, type TestServer } from "./_keepsake-server.ts";
import { tablesWith } from "./_tables-with.ts";
import { dumpUser } from "./isolation/dump.ts";
import { arrangeVictim, CANARY, VICTIM } from "./isolation/victim.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ embeddings: true, asAdmin: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const database = () => server.keepsake.services.db;
/** However long it takes. */
async function erase(user: string): Promise<{ rows: number }> {
  const answer = await server.post("/system/eraseUser", { confirm: user }, { "x-keepsake-user": user });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as { rows: number };
}

/** What there is besides the user's: everybody else's rows, as they are. */
async function othersOf(user: string): Promise<Record<string, unknown>> {
  const rows = await database().execute<{ user_id: string }>(
    sql`select user_id from users where user_id <> ${user} and user_id <> '$server' order by 1`,
  );
  const dumps = await Promise.all(rows.map(async ({ user_id: id }) => [id, await dumpUser(database(), id)] as const));
  return Object.fromEntries(dumps);
}

async function rowsByTable(user: string): Promise<Record<string, number>> {
  const dump = await dumpUser(database(), user);
  return Object.fromEntries(Object.entries(dump).map(([table, rows]) => [table, rows.length]));
}

describe("an erased user", () => {
  test("leaves no row in any table that has users, and its words stand in none; others keep every byte", async () => {
    const callByKey = async (path: string, input: object) => {
      const answer = await server.post(`/trpc/${path}`, { json: input }, { "x-keepsake-user": VICTIM });
      expect(answer.status, await answer.text()).toBe(200);
    };
    await arrangeVictim(server.clientOf(VICTIM), callByKey);
    // Work that still waits, one that is done, and tokens.
    server.ollama.setFault({ kind: "status", status: 503 });
    await server.clientOf(VICTIM).memory.add.mutate({ content: `The ${CANARY} lamp waits for its vectors` });
    const { system } = server.clientOf(VICTIM);
    const own = await system.createToken.mutate({ label: "its phone", role: "user" });
    // By another one, whose kept answers stay.
    const ofAnn = server.clientOf("ann").system;
    const gateway = await ofAnn.createToken.mutate({ label: "panel", role: "gateway", onlyUsers: [VICTIM, "ann"] });
    for (const name of ["ann", "ben"]) {
      const { memory, preferences } = server.clientOf(name);
      await memory.add.mutate({ content: `${name}'s lamp is blue` });
      await preferences.set.mutate({ key: "colour", value: name });
    }
    const filled = await rowsByTable(VICTIM);
    for (const [table, rows] of Object.entries(filled)) expect(rows, table).toBeGreaterThan(0);
    expect(await tablesWith(database(), CANARY)).toContain("pgboss.job_common");
    const others = await othersOf(VICTIM);

    const { rows } = await erase(VICTIM);
    const inTables = Object.values(filled).reduce((sum, count) => sum + count, 0);
    expect(rows).toBeGreaterThanOrEqual(inTables - 1);
    expect(await rowsByTable(VICTIM)).toEqual(Object.fromEntries(Object.keys(filled).map((table) => [table, 0])));
    expect(await tablesWith(database(), CANARY)).toEqual([]);
    expect(await othersOf(VICTIM)).toEqual(others);

    const { items } = await server.client.system.tokens.query({ limit: 200 });
    expect(items.find(({ id }) => id === own.id)).toBeUndefined();
    expect(items.find(({ id }) => id === gateway.id)).toMatchObject({ onlyUsers: ["ann"], state: "valid" });
    server.ollama.setFault(null);
    await eventually("the queue is empty", async () => (await server.keepsake.services.jobs.countWaiting()) === 0);
    expect(await tablesWith(database(), CANARY)).toEqual([]);
  });

  test("is kept in the server's trail by number alone", async () => {
    await server.clientOf("zqgone").memory.add.mutate({ content: "Soon gone" });
    const { rows } = await erase("zqgone");
    const { items } = await server.client.system.audit.query({ ofServer: true, limit: 1 });
    expect(items).toMatchObject([
      { procedure: "system.eraseUser", tokenId: "configured", items: [], details: { rows, user: expect.any(String) } },
    ]);
    expect(await tablesWith(database(), "zqgone")).toEqual([]);
  });

  test("is erased again without harm, as is one that never was, and may begin anew", async () => {
    await server.clientOf("back").memory.add.mutate({ content: "First life" });
    expect((await erase("back")).rows).toBeGreaterThan(0);
    expect(await erase("back")).toEqual({ rows: 0 });
    expect(await erase("never-was")).toEqual({ rows: 0 });
    await server.clientOf("back").memory.add.mutate({ content: "Second life" });
    expect((await server.clientOf("back").memory.list.query()).items.map(({ content }) => content)).toEqual([
      "Second life",
    ]);
    const known = (await server.client.system.users.query({ limit: 200 })).items.map(({ userId }) => userId);
    expect(known).toContain("back");
    expect(known).not.toContain("never-was");
  });

  test("is erased only when its id is said twice", async () => {
    const { memory, system } = server.clientOf("kept");
    await memory.add.mutate({ content: "Kept" });
    for (const confirm of ["", "default", "KEPT"]) {
      expect(await system.eraseUser.mutate({ confirm }).catch(errorReason)).toBe("INVALID_INPUT");
    }
    expect((await memory.list.query()).items).toHaveLength(1);
  });
});

describe("while a user is being erased", () => {
  test("its writes are refused and nothing else's; what was interrupted is finished", async () => {
    const { memory, conversation, cache, preferences } = server.clientOf("half");
    await memory.add.mutate({ content: "Half gone" });
    await database().execute(
      sql`update users set erasing_since = now() - interval '2 minutes' where user_id = ${"half"}`,
    );
    const writes = [
      memory.add.mutate({ content: "Too late" }),
      preferences.set.mutate({ key: "k", value: 1 }),
      conversation.begin.mutate({ sessionId: "s", text: "Hello" }),
      conversation.append.mutate({ sessionId: "s", role: "user", content: "Hello" }),
      cache.lookup.mutate({ text: "Who?" }),
      cache.store.mutate({ text: "Who?", response: "You" }),
      server.clientOf("half").training.add.mutate({ inputText: "q", outputText: "a" }),
      server.clientOf("half").training.export.query({}),
    ];
    const reasons = await Promise.all(writes.map((write) => write.then(() => "written", errorReason)));
    expect(reasons).toEqual(writes.map(() => "USER_BEING_ERASED"));
    await server.clientOf("whole").memory.add.mutate({ content: "Not concerned" });
    const { items } = await server.client.system.users.query({ limit: 200 });
    expect(items.find(({ userId }) => userId === "half")?.erasingSince).toBeInstanceOf(Date);

    expect(await finishErasures(server.keepsake.services, AbortSignal.timeout(60_000))).toBe(1);
    expect(Object.values(await rowsByTable("half")).every((rows) => rows === 0)).toBe(true);
    expect(await finishErasures(server.keepsake.services, AbortSignal.timeout(60_000))).toBe(0);
    await memory.add.mutate({ content: "Welcome back" });
  });

  test("sixteen gateways that write on leave no orphan: what there is afterwards is whole and later", async () => {
    const user = "raced";
    const { memory, conversation, cache } = server.clientOf(user);
    let round = 0;
    const wrong = new Set<string | null>();
    const stop = new AbortController();
    const write = async () => {
      while (!stop.signal.aborted) {
        round += 1;
        const text = `zqrace ${round}`;
        const turn = { sessionId: `s${round % 3}`, text };
        const works = [
          () => memory.add.mutate({ content: text, wait: true }),
          () => conversation.begin.mutate({ ...turn, joinMs: 1_000 }),
          () => cache.lookup.mutate({ text }),
          () => cache.store.mutate({ text, response: text }),
        ];
        await (works[round % works.length] ?? (() => Promise.resolve()))().catch((error: unknown) =>
          wrong.add(errorReason(error)),
        );
      }
    };
    const writers = Array.from({ length: 16 }, write);
    await eventually("they write", async () => round > 60);
    for (let times = 0; times < 3; times += 1) await erase(user);
    stop.abort();
    await Promise.all(writers);
    // A machine that is busy besides may be too slow for some, which is no fault.
    const harmless = ["USER_BEING_ERASED", "OVERLOADED", "DATABASE_UNAVAILABLE", null];
    expect([...wrong].filter((reason) => !harmless.includes(reason))).toEqual([]);
    // Nobody writes any more, but for the work behind the answers: it must find that the user has gone.
    await erase(user);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await tablesWith(database(), user)).toEqual([]);
    expect(await tablesWith(database(), "zqrace")).toEqual([]);
  });
});
