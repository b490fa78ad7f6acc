import { readFile } from "node:fs/promises";
import { connect } from "@keepsake/db";
import { createTestDatabase, describeDataModel } from "@keepsake/db/testing";
import { expect, test } from "vitest";

test("the migrated schema is the one in data-model.sql", async () => {
  await using database = await createTestDatabase();
  await using handle = await connect(database.config);
  const written = await readFile(new URL("../data-model.sql", import.meta.url), "utf8");
  // After a new migration: node --conditions=@keepsake/source scripts/dump-data-model.ts
  expect(await describeDataModel(handle.sql)).toBe(written);
});
