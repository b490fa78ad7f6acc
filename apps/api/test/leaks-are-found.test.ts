import { createClient } from "@keepsake/client";
import { createTestDatabase } from "@keepsake/db/testing";
import { startFakeOllama } from "@keepsake/embeddings/testing";
import { expect, test } from "vitest";
import { databaseEnvironment, freePort } from "./_keepsake-process.ts";
import { type Sabotage, startSabotaged } from "./_sabotage.ts";
import { type Choice, type Door, findLeaks } from "./isolation/find-leaks.ts";
import { arrangeVictim, VICTIM } from "./isolation/victim.ts";

// The matrix of nobody-sees-anothers-rows.test.ts, against servers that do leak: it has to say so.

const ADMIN_TOKEN = "the-admin-token-of-a-leaking-server";

/** The leaks that the matrix finds in a server with these faults. */
async function leaksWith(sabotages: readonly Sabotage[], choice: Choice): Promise<readonly string[]> {
  await using database = await createTestDatabase();
  await using ollama = await startFakeOllama();
  const PORT = String(await freePort());
  await using _server = await startSabotaged(sabotages, {
    ...databaseEnvironment(database.config),
    PORT,
    OLLAMA_URL: ollama.url,
    EMBEDDING_QUERY_TIMEOUT_MS: "60000",
    CACHE_SEMANTIC: "on",
    KEEPSAKE_ADMIN_TOKEN: ADMIN_TOKEN,
    LOG_LEVEL: "error",
  });
  const door = await openDoor(`http://127.0.0.1:${PORT}`);
  const client = createClient({ url: door.url, userId: VICTIM, token: door.gatewayToken, timeoutMs: 60_000 });
  const known = await arrangeVictim(client, async () => {});
  const victimIds = new Set([known.memoryId, known.forgottenMemoryId, known.exampleId, known.answerId]);
  return (await findLeaks({ door, known, victimIds, before: new Map() }, choice)).leaks;
}

async function openDoor(url: string): Promise<Door> {
  const admin = createClient({ url, token: ADMIN_TOKEN });
  const { token } = await admin.system.createToken.mutate({ label: "a gateway", role: "gateway" });
  return { url, gatewayToken: token ?? "", adminToken: ADMIN_TOKEN };
}

/** What the leaks are about, such as `memory.get`. */
const proceduresOf = (leaks: readonly string[]) => [...new Set(leaks.map((leak) => leak.split(" ")[0]))].sort();

test("the filter that all stores share is taken out", async () => {
  const everybodys: Sabotage = {
    file: "apps/api/src/platform/owned.ts",
    find: "return eq(table.userId, actor.userId);",
    replace: "void actor; return eq(table.userId, table.userId);",
  };
  const reading = /^(?:memory|preferences|training|conversation)\.(?:get|getMany|list|history|manifest)$/;
  const leaks = await leaksWith([everybodys], ({ path }, attack, face) => {
    return reading.test(path) && face === "tRPC POST" && attack.kind !== "smuggled user";
  });
  expect(proceduresOf(leaks)).toEqual([
    "conversation.history",
    "memory.get",
    "memory.history",
    "memory.list",
    "preferences.get",
    "preferences.getMany",
    "preferences.history",
    "preferences.list",
    "training.get",
    "training.list",
    "training.manifest",
  ]);
}, 300_000);

/** One statement or line each, and the procedure that leaks by it. */
const PLANTED: Readonly<Record<string, Sabotage>> = {
  "memory.search": {
    file: "apps/api/src/memory/keyword-store.ts",
    find: `where \${knowledge.userId} = \${actor.userId} and \${currentlyTrue(input.asOf)}`,
    replace: `where \${currentlyTrue(input.asOf)}`,
  },
  "conversation.begin": {
    file: "apps/api/src/conversation/turn-store.ts",
    find: `select from \${cacheFlights} where \${cacheFlights.userId} = \${actor.userId}\n        and`,
    replace: `select from \${cacheFlights} where`,
  },
  "conversation.deleteSession": {
    file: "apps/api/src/conversation/delete-session-store.ts",
    find: ".where(and(ownedBy(actor, conversations), eq(conversations.sessionId, sessionId)))",
    replace: ".where(eq(conversations.sessionId, sessionId))",
  },
  "training.stats": {
    file: "apps/api/src/platform/auth.ts",
    find: "toUserId(headers[USER_HEADER])",
    replace: 'toUserId(headers["x-user-id"] ?? headers[USER_HEADER])',
  },
};

test("one filter of one statement is taken out, or another header names the user", async () => {
  const leaks = await leaksWith(Object.values(PLANTED), ({ path }, _attack, face) => {
    return path in PLANTED && face === "tRPC POST";
  });
  expect(proceduresOf(leaks)).toEqual(Object.keys(PLANTED).sort());
}, 300_000);
