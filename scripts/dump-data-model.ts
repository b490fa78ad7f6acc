import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../packages/db/src/index.ts";
import { createTestDatabase, describeDataModel } from "../packages/db/testing/index.ts";

// Writes packages/db/data-model.sql, which reviewers read and an integration test compares on both engines.
// Run it after each new migration: node --conditions=@keepsake/source scripts/dump-data-model.ts

const path = join(import.meta.dirname, "../packages/db/data-model.sql");

await using database = await createTestDatabase();
await using handle = await connect(database.config);
await writeFile(path, await describeDataModel(handle.sql));
console.log(`Wrote packages/db/data-model.sql as PostgreSQL ${handle.serverVersion} describes it.`);
