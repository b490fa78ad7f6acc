import { createClient, type KeepsakeClient } from "@keepsake/client";
import { type Config, loadConfig } from "../apps/api/src/config.ts";
import { type Keepsake, startKeepsake } from "../apps/api/src/keepsake.ts";
import { createLogger } from "../apps/api/src/platform/logger.ts";
import { connect, type DatabaseConfig, type DatabaseHandle } from "../packages/db/src/index.ts";
import { createTestDatabase, type TestDatabase, type TestEngine } from "../packages/db/testing/index.ts";
import { type FakeOllama, startFakeOllama } from "../packages/embeddings/testing/index.ts";

/** What a benchmark wants of its server. */
export interface BenchServerOptions {
  readonly engine: TestEngine;
  /** One that is there, and stays; without it one of its own. */
  readonly existing?: Pick<TestDatabase, "engine" | "config">;
  /** Starts a fake Ollama and uses it. */
  readonly embeddings?: boolean;
  readonly settings?: Partial<Config["settings"]>;
}

/** A statement as the server sent it. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** A server as it is run, on a database of its own, called over a real socket. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  readonly keepsake: Keepsake;
  readonly database: DatabaseConfig;
  /** The fake model; null without embeddings. */
  readonly ollama: FakeOllama | null;
  /** The statements sent since the last call. */
  takeStatements(): Statement[];
  clientOf(userId: string): KeepsakeClient;
  /** The driver on a connection of its own to the same database; on the embedded home the server's one connection. */
  readonly sql: DatabaseHandle["sql"];
  /** The active embedding space; null without embeddings. */
  readonly spaceId: number | null;
}

/** Whether there is a real PostgreSQL to measure on. */
export const hasRealPostgres = (): boolean => Boolean(process.env["TEST_DATABASE_URL"]);

/** Starts a server. A database of its own goes away with it. */
export async function startBenchServer(options: BenchServerOptions): Promise<BenchServer> {
  await using resources = new AsyncDisposableStack();
  process.env["KEEPSAKE_TEST_ENGINE"] = options.engine;
  const database = options.existing ?? resources.use(await createTestDatabase());
  const ollama = options.embeddings ? resources.use(await startFakeOllama()) : null;
  const config = toConfig(database.config, ollama?.url ?? null, options.settings);
  let statements: Statement[] = [];
  const onStatement = (text: string, parameters: readonly unknown[]) => void statements.push({ text, parameters });
  const keepsake = resources.use(await startKeepsake(config, createLogger(config.logging), { onStatement }));
  const sql = database.engine === "embedded" ? driverUnder(keepsake) : await openDriver(database.config, resources);
  const running = resources.move();
  return {
    url: keepsake.url,
    keepsake,
    database: database.config,
    ollama,
    takeStatements() {
      const taken = statements;
      statements = [];
      return taken;
    },
    clientOf: (userId) => createClient({ url: keepsake.url, userId, timeoutMs: 120_000 }),
    sql,
    spaceId: keepsake.services.embeddings?.space.id ?? null,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Without a statement time-out, and one connection: timings are those of one caller. */
async function openDriver(config: DatabaseConfig, resources: AsyncDisposableStack): Promise<DatabaseHandle["sql"]> {
  const handle = resources.use(await connect(config));
  return resources.use(handle.openSession()).sql;
}

/** The embedded database takes one connection: Drizzle tells which it is, though not in its types. */
function driverUnder({ services }: Keepsake): DatabaseHandle["sql"] {
  return (services.db as unknown as { readonly $client: DatabaseHandle["sql"] }).$client;
}

function toConfig(
  database: DatabaseConfig,
  ollamaUrl: string | null,
  settings: Partial<Config["settings"]> = {},
): Config {
  return {
    server: {
      host: "127.0.0.1",
      port: 0,
      adminToken: null,
      allowedHosts: [],
      limits: loadConfig({}, () => "").server.limits,
    },
    database,
    backup: { folder: null, at: null, keep: { daily: 14, weekly: 8, monthly: 6 } },
    embeddings: ollamaUrl === null ? null : { url: ollamaUrl, model: "nomic-embed-text", dimensions: 384 },
    settings: {
      forgetRetentionDays: 30,
      unsaidPerHourMax: 1_000_000,
      auditRetentionDays: 180,
      exactSearchRowsMax: 10_000,
      queryEmbeddingTimeoutMs: 1_500,
      cacheTtlSeconds: 3_600,
      cacheEntriesMax: 1_000,
      cacheSemantic: false,
      cacheSimilarityMin: 0.95,
      cacheNeverIntents: [],
      ...settings,
    },
    logging: { level: "silent", format: "json" },
  };
}
