/** The database that the integration tests run on. */
export type TestEngine = "embedded" | "postgres";

/**
 * From `KEEPSAKE_TEST_ENGINE`: the embedded PostgreSQL when nothing is said, or the server at `TEST_DATABASE_URL`.
 *
 * @throws Error when it is neither
 */
export function testEngine(): TestEngine {
  const engine = process.env["KEEPSAKE_TEST_ENGINE"] || "embedded";
  if (engine === "embedded" || engine === "postgres") return engine;
  throw new Error(`KEEPSAKE_TEST_ENGINE is "${engine}": it may be "embedded" or "postgres".`);
}

/** The server for the tests. Its user must be allowed to create databases. */
export function testDatabaseUrl(): string {
  const url = process.env["TEST_DATABASE_URL"];
  if (url) return url;
  throw new Error("KEEPSAKE_TEST_ENGINE=postgres needs TEST_DATABASE_URL, as .ci/provision-postgres start prints it.");
}
