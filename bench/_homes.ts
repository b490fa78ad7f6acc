import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
  type TestEngine,
} from "../packages/db/testing/index.ts";
import { hasRealPostgres, startBenchServer } from "./_bench-server.ts";
import { fill } from "./_filled-database.ts";

const MEMORIES = { usual: 10_000, full: 100_000 };
/** Shares of a household: one who says much, two who say less. */
const USERS: readonly (readonly [string, number])[] = [
  ["ann", 0.7],
  ["ben", 0.2],
  ["eve", 0.1],
];

/** The homes that can be measured here. */
export const homes = (): readonly TestEngine[] => (hasRealPostgres() ? ["postgres", "embedded"] : ["embedded"]);

/** How many memories a home is filled with: BENCH_MEMORIES, or what the run is for. */
export function memoriesOf(full: boolean): number {
  const wanted = Number(process.env["BENCH_MEMORIES"] ?? (full ? MEMORIES.full : MEMORIES.usual));
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error("BENCH_MEMORIES is a number of memories");
  return wanted;
}

/** A home as a server leaves it, with memories of three users and a vector of each. Nobody has it open. */
export async function filledHome(engine: TestEngine, memories: number): Promise<TestDatabase> {
  process.env["KEEPSAKE_TEST_ENGINE"] = engine;
  const database = await createTestDatabase();
  try {
    await fillHome(database, memories);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** Fills a home that is there, through a server that makes what a server makes: the space of its model, and its index. */
export async function fillHome(existing: Pick<TestDatabase, "engine" | "config">, memories: number): Promise<void> {
  await using server = await startBenchServer({ engine: existing.engine, existing, embeddings: true });
  const users = USERS.map(([userId, share]) => ({ userId, memories: Math.ceil(memories * share) }));
  await fill(server, users, 0);
}

/** A home with nothing in it: an empty database, or a folder that is not there yet. */
export async function emptyHome(engine: TestEngine): Promise<TestDatabase> {
  process.env["KEEPSAKE_TEST_ENGINE"] = engine;
  if (engine === "postgres") return await createEmptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), "keepsake-bench-"));
  return {
    engine,
    config: { home: "embedded", dataDir: join(folder, "data") },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
