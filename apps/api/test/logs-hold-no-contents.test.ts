import { createClient } from "@keepsake/client";
import { createTestDatabase, startPrivateCluster, whyNoPrivateCluster } from "@keepsake/db/testing";
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { findLeaks } from "../../../scripts/test/log-canaries.ts";
import { databaseEnvironment, freePort, startProcess, untilHealthy } from "./_keepsake-process.ts";
import { textsOf } from "./_log-canaries.ts";
import { startSabotaged } from "./_sabotage.ts";

const SAID = "The key is under the third flowerpot";
const TOKEN = "the-secret-of-a-test-that-no-log-may-hold";

/** Nothing listens there. */
const PASSWORD = "the-password-of-a-model";
const MODEL = `http://model:${PASSWORD}@127.0.0.1:9`;

/** A server that tells all it can, while somebody adds, searches and makes mistakes. */
async function logOf(sabotages: Parameters<typeof startSabotaged>[0] | null): Promise<string> {
  await using database = await createTestDatabase();
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...databaseEnvironment(database.config), PORT: port, LOG_LEVEL: "debug", OLLAMA_URL: MODEL };
  const secret = { ...environment, KEEPSAKE_ADMIN_TOKEN: TOKEN };
  await using server = sabotages ? await startSabotaged(sabotages, secret) : startProcess(secret);
  await untilHealthy(server, url);
  const client = createClient({ url, token: TOKEN });
  await client.memory.add.mutate({ content: SAID });
  await client.memory.search.query({ query: SAID });
  await createClient({ url, token: `${TOKEN}-wrong` })
    .memory.stats.query()
    .catch(() => {});
  const mistakes = [client.preferences.set.mutate({ key: "k", value: { [SAID]: "\0" } })];
  mistakes.push(client.memory.add.mutate({ content: "x", [SAID]: 1 } as never) as never);
  for (const mistake of mistakes) await mistake.catch(() => {});
  await fetch(`${url}/trpc/memory.add?token=${TOKEN}`, { method: "POST", body: SAID });
  server.kill("SIGTERM");
  await server.ended;
  return server.output();
}

test("a server at its most talkative logs neither what is said to it nor its token", async () => {
  const log = await logOf(null);
  expect(log.split("\n").length).toBeGreaterThan(5);
  expect(findLeaks("log", log, [SAID, TOKEN, PASSWORD])).toEqual([]);
});

test("one that does, in a single line, is found out", async () => {
  const log = await logOf([
    {
      file: "apps/api/src/memory/remember.ts",
      find: "const { wait, idempotencyKey, ...item } = input;",
      replace: "const { wait, idempotencyKey, ...item } = input; services.logger.debug({ item }, 'remembering');",
    },
  ]);
  expect(findLeaks("log", log, [SAID, TOKEN])).toMatchObject([{ text: SAID }]);
});

describe("the look through the logs of a whole run", () => {
  test("finds a text by its beginning, marks and line ends in JSON, and any token of Keepsake's", () => {
    const long = `A "marked" line\nand another ${"x".repeat(100)}`;
    const [text = ""] = textsOf(long);
    expect(findLeaks("log", JSON.stringify({ said: long }), [text])).toHaveLength(1);
    const token = ["ks", "abcd1234", "y".repeat(43)].join("_");
    expect(findLeaks("log", `authorization: ${token}`, [])).toMatchObject([{ text: token }]);
  });

  test("knows what people write from ids, names and numbers", () => {
    expect(textsOf('{"note": {"deep": ["The cellar is cold"]}}')).toEqual(["The cellar is cold"]);
    expect(textsOf(["Światło-w-kuchni-jest-za-jasne"])).toEqual(["Światło-w-kuchni-jest-za-jasne"]);
    for (const id of ["01a22b84-910b-731f-b517-1f68f4f6495b", "conversation.append", 12, null, "short text"]) {
      expect(textsOf(id)).toEqual([]);
    }
  });
});

const whyNot = whyNoPrivateCluster();
test.skipIf(whyNot !== null)(
  `PostgreSQL on the Pi's configuration logs no values (${whyNot ?? "it can be tried"})`,
  async () => {
    await using cluster = await startPrivateCluster();
    const sql = postgres(cluster.url, { max: 1, onnotice: () => {} });
    await sql`create table said (content text primary key)`;
    await sql`insert into said values (${SAID})`;
    await expect(sql`insert into said values (${SAID})`).rejects.toThrow(/duplicate key/);
    await expect(sql`select ${SAID}::text::int`).rejects.toThrow(/invalid input syntax/);
    await expect(sql.unsafe(`insert into said values ('${SAID}')`)).rejects.toThrow(/duplicate key/);
    // Slow enough to be logged with its text, whose values are parameters.
    await sql`select pg_sleep(0.7), ${SAID}::text`;
    await sql.end();
    const log = cluster.log();
    expect(log).toContain("duplicate key value violates unique constraint");
    expect(log).toContain("pg_sleep");
    // The one sentence of PostgreSQL's that quotes a value is about a value that Keepsake checks before it sends it.
    const quoting = log.split("\n").filter((line) => line.includes(SAID));
    expect(quoting).toMatchObject([expect.stringContaining("invalid input syntax for type integer")]);
  },
);
