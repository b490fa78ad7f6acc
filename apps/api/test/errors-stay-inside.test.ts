import { errorReason, requestId } from "@keepsake/client";
import { sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

const SECRET = "the-password-is-swordfish";
const lines: string[] = [];
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ logger: pino({ level: "debug" }, { write: (line: string) => lines.push(line) }) });
});
afterAll(() => server[Symbol.asyncDispose]());

test("an inner failure shows a request id and nothing else; the log tells more, but no content", async () => {
  await server.client.memory.add.mutate({ content: "works at first" });
  await server.keepsake.services.db.execute(sql`alter table knowledge rename column content to contents`);
  const error = await server.client.memory.add.mutate({ content: SECRET }).then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(errorReason(error)).toBe("INTERNAL");
  const id = requestId(error);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect((error as Error).message).toBe(
    `Something failed inside the server. Its log tells more under the request id ${id}.`,
  );
  const told = lines.filter((line) => line.includes(String(id)));
  expect(told.join()).toContain("42703");
  expect(lines.join()).not.toContain(SECRET);

  await server.keepsake.services.db.execute(sql`alter table knowledge rename column contents to content`);
  await server.client.memory.add.mutate({ content: "works again" });
});

test("logs hold no content, no query and no token of calls that went well or badly", async () => {
  await server.client.memory.add.mutate({ content: `${SECRET} well`, tags: ["swordfish"], metadata: { swordfish: 1 } });
  await server.client.memory.search.query({ query: `${SECRET} query` });
  await server.post("/trpc/memory.add", { json: { content: SECRET, swordfish: SECRET } }, { authorization: SECRET });
  await server.post("/trpc/memory.swordfish", {});
  expect(lines.filter((line) => line.includes(SECRET))).toEqual([]);
});
