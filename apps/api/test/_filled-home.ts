import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedConfig } from "@keepsake/db";
import { createEmptyDatabase, createTestDatabase, type TestDatabase, testEngine } from "@keepsake/db/testing";
import { startTestServer } from "./_keepsake-server.ts";
import { arrangeVictim, VICTIM } from "./isolation/victim.ts";

/** Texts that are easily changed on their way. */
export const AWKWARD = [
  'tabs\t, "quotes", back\\slashes \\n, and\nlines\r\n',
  "Zażółć gęślą jaźń 💡 \u2028 \u202e right to left \u200b",
  '{"type":"trailer"}\n\\.',
];

/** Fills a database by a server: one user has rows in every table, with vectors, another has awkward texts. */
async function fillHome(database: TestDatabase): Promise<void> {
  await using server = await startTestServer({
    embeddings: true,
    asAdmin: true,
    database,
    settings: { queryEmbeddingTimeoutMs: 60_000 },
  });
  await arrangeVictim(server.clientOf(VICTIM), async (path, input) => {
    const answer = await server.post(
      `/trpc/${path}`,
      { json: input },
      { ...server.headers, "x-keepsake-user": VICTIM },
    );
    if (answer.status !== 200) throw new Error(await answer.text());
  });
  const jan = server.clientOf("jan");
  for (const content of AWKWARD) {
    await jan.memory.add.mutate({
      content,
      metadata: { text: content, number: 1e21, small: 1.5e-7, list: [null, true] },
    });
  }
  await jan.preferences.set.mutate({ key: "json.null", value: null });
  await jan.preferences.set.mutate({ key: "json.odd", value: [null, "5", 5, { "": 0 }] });
}

/** A home of its own with nothing in it: a new database of the test's engine, or a folder that is not there yet. */
export async function emptyHome(kind: "engine" | "embedded"): Promise<TestDatabase> {
  if (kind === "engine" && testEngine() === "postgres") return await createEmptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), "keepsake-home-"));
  const config: EmbeddedConfig = { home: "embedded", dataDir: join(folder, "data") };
  return { engine: "embedded", config, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A filled home, which nobody has open. */
export async function filledHome(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await fillHome(database);
  return database;
}
