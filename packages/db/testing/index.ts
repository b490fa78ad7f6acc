import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { findMigrationsFolder, readMigrationFiles } from "../src/migration-files.ts";
import { createEmbeddedDatabase, ensureEmbeddedTemplate } from "./embedded-databases.ts";
import { createPostgresDatabase, ensurePostgresTemplate } from "./postgres-databases.ts";
import type { TestDatabase } from "./test-database.ts";
import { testEngine } from "./test-engine.ts";

export { describeDataModel } from "./data-model.ts";
export { findTool } from "./find-tool.ts";
export { type NetworkFault, type NetworkProxy, startNetworkProxy } from "./network-proxy.ts";
export {
  type ClusterOptions,
  clusterRoot,
  type PrivateCluster,
  startPrivateCluster,
  whyNoPrivateCluster,
} from "./private-cluster.ts";
export type { TestDatabase } from "./test-database.ts";
export { type TestEngine, testDatabaseUrl, testEngine } from "./test-engine.ts";

/**
 * A database with this version's schema and no rows, for one test file, on the engine of `KEEPSAKE_TEST_ENGINE`. It
 * costs a copy: the schema is migrated once per set of migrations.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const hash = await templateHash();
  return testEngine() === "postgres"
    ? await createPostgresDatabase(await ensurePostgresTemplate(hash))
    : await createEmbeddedDatabase(await ensureEmbeddedTemplate("migrated", hash));
}

/** A database with nothing in it, for tests of migrations. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return testEngine() === "postgres"
    ? await createPostgresDatabase("template0")
    : await createEmbeddedDatabase(await ensureEmbeddedTemplate("empty", await engineHash()));
}

async function templateHash(): Promise<string> {
  const files = await readMigrationFiles(findMigrationsFolder());
  return shortHash([await engineHash(), ...files.map(({ hash }) => hash)]);
}

/** Another version of the embedded PostgreSQL gets templates of its own. */
async function engineHash(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  return shortHash([await readFile(new URL("../package.json", `file://${entry}`), "utf8")]);
}

function shortHash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}
