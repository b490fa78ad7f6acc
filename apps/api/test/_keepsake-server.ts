import { createClient, type KeepsakeClient } from "@keepsake/client";
import type { DatabaseConfig } from "@keepsake/db";
import { createTestDatabase, type TestDatabase } from "@keepsake/db/testing";
import { type FakeOllama, startFakeOllama } from "@keepsake/embeddings/testing";
import { type Config, loadConfig } from "../src/config.ts";
import { type Keepsake, startKeepsake } from "../src/keepsake.ts";
import { createLogger, type Logger } from "../src/platform/logger.ts";
import { LogCanaries } from "./_log-canaries.ts";
import { StatementRecorder } from "./_statement-recorder.ts";

/** What a test wants differently from a server as it starts without configuration. */
export interface TestServerOptions {
  /** Starts a fake Ollama and uses it. */
  readonly embeddings?: boolean;
  /** Used instead of a new one, and left when the server ends. */
  readonly database?: TestDatabase;
  readonly server?: Partial<Config["server"]>;
  readonly settings?: Partial<Config["settings"]>;
  /** None without it. */
  readonly backup?: Partial<Config["backup"]>;
  readonly logger?: Logger;
  /** Sets an admin's token, and sends it with every call of `client`, `clientOf` and `post`. */
  readonly asAdmin?: boolean;
}

const ADMIN_TOKEN = "the-admin-token-of-a-test-server";

/** A real server on a database of its own, over a real socket. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly engine: TestDatabase["engine"];
  readonly keepsake: Keepsake;
  readonly client: KeepsakeClient;
  /** The fake model; only with `embeddings`. */
  readonly ollama: FakeOllama;
  /** Headers that a call by other means has to send: the admin's token with `asAdmin`, else none. */
  readonly headers: Readonly<Record<string, string>>;
  clientOf(userId: string): KeepsakeClient;
  /** POSTs JSON as any HTTP client would. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Starts a server. Its end fails the test file when a statement could have reached another user's rows. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using resources = new AsyncDisposableStack();
  const database = options.database ?? resources.use(await createTestDatabase());
  const ollama = options.embeddings ? resources.use(await startFakeOllama()) : null;
  const recorder = new StatementRecorder();
  resources.defer(() => recorder.assertIsolated());
  const config = testConfig(database.config, { ...options, ollamaUrl: ollama?.url ?? null });
  const canaries = new LogCanaries(database.engine, options.asAdmin ? [ADMIN_TOKEN] : []);
  resources.defer(() => canaries.save());
  const logger = options.logger ?? (config.logging.level === "silent" ? canaries.logger : createLogger(config.logging));
  const onStatement = (sql: string, parameters: readonly unknown[]) => {
    recorder.record(sql, parameters);
    canaries.record(sql, parameters);
  };
  const keepsake = resources.use(await startKeepsake(config, logger, { onStatement }));
  const running = resources.move();
  const { url } = keepsake;
  const own = options.asAdmin ? { token: ADMIN_TOKEN } : {};
  const authorization: Record<string, string> = options.asAdmin ? { authorization: `Bearer ${ADMIN_TOKEN}` } : {};
  return {
    url,
    engine: database.engine,
    keepsake,
    client: createClient({ url, ...own }),
    headers: authorization,
    get ollama() {
      if (!ollama) throw new Error("start the server with { embeddings: true }");
      return ollama;
    },
    clientOf: (userId) => createClient({ url, userId, ...own }),
    post: (path, body, headers = {}) => post(`${url}${path}`, body, { ...authorization, ...headers }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A configuration on a free port of loopback. */
export function testConfig(
  database: DatabaseConfig,
  options: TestServerOptions & { readonly ollamaUrl: string | null },
): Config {
  const { ollamaUrl } = options;
  const { limits } = loadConfig({}, () => "").server;
  const adminToken = options.asAdmin ? ADMIN_TOKEN : null;
  return {
    server: { host: "127.0.0.1", port: 0, adminToken, allowedHosts: [], limits, ...options.server },
    database,
    embeddings: ollamaUrl === null ? null : { url: ollamaUrl, model: "nomic-embed-text", dimensions: 384 },
    backup: { folder: null, at: null, keep: { daily: 14, weekly: 8, monthly: 6 }, ...options.backup },
    settings: {
      forgetRetentionDays: 30,
      unsaidPerHourMax: 120,
      auditRetentionDays: 180,
      exactSearchRowsMax: 10_000,
      queryEmbeddingTimeoutMs: 1_500,
      cacheTtlSeconds: 3_600,
      cacheEntriesMax: 1_000,
      cacheSemantic: false,
      cacheSimilarityMin: 0.95,
      cacheNeverIntents: ["turn_*", "get_state"],
      ...options.settings,
    },
    logging: { level: process.env["KEEPSAKE_TEST_LOG"] === "1" ? "debug" : "silent", format: "json" },
  };
}

function post(url: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body),
  });
}

/** Waits until something is true, looking often; fails with what it waited for. */
export async function eventually(what: string, isTrue: () => Promise<boolean>, withinMs = 120_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
