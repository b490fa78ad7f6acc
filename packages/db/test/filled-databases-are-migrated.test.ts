import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, migrate } from "@keepsake/db";
import { createEmptyDatabase } from "@keepsake/db/testing";
import { expect, test } from "vitest";

const MIGRATIONS = join(import.meta.dirname, "../migrations");

/** A copy of the migrations that ends before one of them, as an earlier version had it. */
async function migrationsBefore(tag: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "keepsake-migrations-"));
  await cp(MIGRATIONS, path, { recursive: true });
  const file = join(path, "meta", "_journal.json");
  const journal = JSON.parse(await readFile(file, "utf8")) as { entries: { tag: string }[] };
  const end = journal.entries.findIndex((entry) => entry.tag === tag);
  for (const later of journal.entries.slice(end)) await rm(join(path, `${later.tag}.sql`));
  await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("messages of an earlier version are counted in their sessions and found by their words and days", async () => {
  await using earlier = await migrationsBefore("0005_search-messages-and-begin-turns");
  await using database = await createEmptyDatabase();
  await using handle = await connect(database.config);
  await migrate(handle, { migrationsFolder: earlier.path });
  await handle.sql`insert into conversations (user_id, id, session_id, interaction_id, role, content, created_at) values
    ('ann', gen_random_uuid(), 'kitchen', 'i', 'user', 'Zapal światło', '2024-05-07T23:30:00Z'),
    ('ann', gen_random_uuid(), 'kitchen', 'i', 'assistant', 'Lights are on', '2024-05-08T00:30:00Z'),
    ('bob', gen_random_uuid(), 'kitchen', 'j', 'user', 'Hello', '2024-01-01T00:00:00Z')`;

  expect((await migrate(handle)).applied).toContain("0005_search-messages-and-begin-turns");
  const sessions = await handle.sql`select user_id, session_id, messages, started_at, last_message_at from sessions
    order by user_id`;
  expect(sessions.map((row) => Object.values(row))).toEqual([
    ["ann", "kitchen", 2, new Date("2024-05-07T23:30:00Z"), new Date("2024-05-08T00:30:00Z")],
    ["bob", "kitchen", 1, new Date("2024-01-01T00:00:00Z"), new Date("2024-01-01T00:00:00Z")],
  ]);
  const find = async (words: string) =>
    (
      await handle.sql<{ content: string }[]>`select content from conversations
        where user_id = 'ann' and search @@ to_tsquery('keepsake_simple', ${words})`
    ).map(({ content }) => content);
  expect(await find("swiatlo & wtorek & maja & 2024 & 7")).toEqual(["Zapal światło"]);
  expect(await find("Wednesday & May & 8")).toEqual(["Lights are on"]);
});
