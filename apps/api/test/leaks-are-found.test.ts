import { expect, test } from "vitest";
import type { Sabotage } from "./_sabotage.ts";
import { attackServer } from "./isolation/attack-server.ts";

// The matrix of nobody-sees-anothers-rows.test.ts, against servers that do leak: it has to say so.

/** What the leaks are about, such as `memory.get`. */
const proceduresOf = (leaks: readonly string[]) => [...new Set(leaks.map((leak) => leak.split(" ")[0]))].sort();

test("the filter that all stores share is taken out", async () => {
  const everybodys: Sabotage = {
    file: "apps/api/src/platform/owned.ts",
    find: "return eq(table.userId, actor.userId);",
    replace: "void actor; return eq(table.userId, table.userId);",
  };
  const reading = /^(?:memory|preferences|training|conversation)\.(?:get|getMany|list|history|manifest)$/;
  const { leaks } = await attackServer([everybodys], ({ path }, attack, face) => {
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
  const { leaks } = await attackServer(Object.values(PLANTED), ({ path }, _attack, face) => {
    return path in PLANTED && face === "tRPC POST";
  });
  expect(proceduresOf(leaks)).toEqual(Object.keys(PLANTED).sort());
}, 300_000);
