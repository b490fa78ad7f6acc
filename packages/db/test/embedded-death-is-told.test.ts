import { rm } from "node:fs/promises";
import { join } from "node:path";
import { connect, type EmbeddedConfig, EmbeddedDatabaseLostError } from "@keepsake/db";
import { createTestDatabase, testEngine } from "@keepsake/db/testing";
import { expect, test } from "vitest";

test("when the embedded PostgreSQL breaks, its owner is told why, and nobody waits for an answer", async (ctx) => {
  if (testEngine() !== "embedded") ctx.skip("a server's death is its connections' business");
  await using database = await createTestDatabase();
  const { dataDir } = database.config as EmbeddedConfig;
  const death = Promise.withResolvers<Error>();
  await using handle = await connect(database.config, { onFatal: death.resolve });
  await rm(join(dataDir, "postgres", "pg_wal"), { recursive: true });
  await expect(handle.sql`insert into users (user_id) values (${"ada"})`).rejects.toThrow();
  const error = await death.promise;
  expect(error).toBeInstanceOf(EmbeddedDatabaseLostError);
  expect(error.message).toContain("pg_wal");
  await expect(handle.ping(1000)).rejects.toThrow();
});

test("a clean stop is no death, even in the middle of a transaction", async (ctx) => {
  if (testEngine() !== "embedded") ctx.skip("a server goes on without us");
  await using database = await createTestDatabase();
  const deaths: Error[] = [];
  const handle = await connect(database.config, { onFatal: (error) => deaths.push(error) });
  const unfinished = handle.sql.begin(async (tx) => {
    await tx`insert into users (user_id) values (${"ada"})`;
    await Promise.withResolvers().promise;
  });
  const cutOff = expect(unfinished).rejects.toThrow();
  await handle[Symbol.asyncDispose]();
  await cutOff;
  expect(deaths).toEqual([]);
  await using again = await connect(database.config);
  expect(await again.sql`select user_id from users`).toEqual([]);
});
