import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { KEEPSAKE_VERSION } from "../packages/contract/src/index.ts";
import { connect } from "../packages/db/src/index.ts";
import { createTestDatabase } from "../packages/db/testing/index.ts";
import { hasRealPostgres } from "./_bench-server.ts";

/** Where the figures come from: without it they mean nothing. */
export async function describeMachine(): Promise<Record<string, string>> {
  const [first, ...others] = cpus();
  return {
    machine: `${first?.model ?? "unknown"}, ${others.length + 1} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
    node: process.version,
    keepsake: `${KEEPSAKE_VERSION} (${commit()})`,
    ...(hasRealPostgres() && { server: await describeDatabase("postgres") }),
    embedded: await describeDatabase("embedded"),
  };
}

async function describeDatabase(engine: "postgres" | "embedded"): Promise<string> {
  process.env["KEEPSAKE_TEST_ENGINE"] = engine;
  await using database = await createTestDatabase();
  await using handle = await connect(database.config);
  return `PostgreSQL ${handle.serverVersion}, pgvector ${handle.pgvectorVersion ?? "none"}`;
}

/** The commit, and a mark when files differ from it. */
function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "no git";
  }
}
