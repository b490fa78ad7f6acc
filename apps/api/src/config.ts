import { resolve } from "node:path";
import {
  CACHE_ENTRIES_MAX_DEFAULT,
  CACHE_TTL_SECONDS_DEFAULT,
  CACHE_TTL_SECONDS_MAX,
  EMBEDDING_DIMENSIONS_DEFAULT,
  FORGET_RETENTION_DAYS_DEFAULT,
} from "@keepsake/contract";
import type { DatabaseConfig } from "@keepsake/db";
import { z } from "zod";
import { CACHE_NEVER_INTENTS, type ConfigVariableName } from "./config-variables.ts";
import type { LoggingConfig } from "./platform/logger.ts";
import type { Settings } from "./platform/services.ts";

/** Where the server listens and whom it lets in. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** Null: no token is asked for, which is possible on loopback only. */
  readonly adminToken: string | null;
  readonly allowedHosts: readonly string[];
}

/** The model behind search by meaning. */
export interface EmbeddingsConfig {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
}

/** Everything that can be set, checked. Durations and sizes carry their unit in the name. */
export interface Config {
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly embeddings: EmbeddingsConfig | null;
  readonly settings: Settings;
  readonly logging: LoggingConfig;
}

/** One or more variables that cannot be used, each with a sentence. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Environment = Readonly<Record<string, string | undefined>>;

const whole = (min: number, max: number, fallback: number) =>
  z.coerce
    .number(`must be a whole number from ${min} to ${max}`)
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be from ${min} to ${max}`)
    .max(max, `must be from ${min} to ${max}`)
    .default(fallback);

const url = (protocols: readonly string[], example: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), `must be a URL such as ${example}`);

const Variables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65_535, 8080),
  DATABASE_URL: url(["postgres:", "postgresql:"], "postgres://user:password@host:5432/database").optional(),
  POSTGRES_HOST: z.string().optional(),
  POSTGRES_PORT: whole(1, 65_535, 5432),
  POSTGRES_USER: z.string().default("ai_assistant"),
  POSTGRES_PASSWORD: z.string().optional(),
  POSTGRES_PASSWORD_FILE: z.string().optional(),
  POSTGRES_DB: z.string().default("ai_assistant"),
  DATABASE_POOL_SIZE: whole(2, 100, 10),
  DATABASE_STATEMENT_TIMEOUT_MS: whole(100, 600_000, 5_000),
  KEEPSAKE_DATA_DIR: z.string().default("./data"),
  OLLAMA_URL: url(["http:", "https:"], "http://127.0.0.1:11434").optional(),
  EMBEDDING_MODEL: z.string().default("nomic-embed-text"),
  EMBEDDING_DIMENSIONS: whole(1, 2_000, EMBEDDING_DIMENSIONS_DEFAULT),
  EMBEDDING_QUERY_TIMEOUT_MS: whole(50, 60_000, 1_500),
  SEARCH_EXACT_ROWS_MAX: whole(0, 1_000_000, 10_000),
  FORGET_RETENTION_DAYS: whole(0, 3_650, FORGET_RETENTION_DAYS_DEFAULT),
  CACHE_TTL_SECONDS: whole(1, CACHE_TTL_SECONDS_MAX, CACHE_TTL_SECONDS_DEFAULT),
  CACHE_MAX_ENTRIES: whole(1, 1_000_000, CACHE_ENTRIES_MAX_DEFAULT),
  CACHE_NEVER_INTENTS: z.string().default(CACHE_NEVER_INTENTS),
  KEEPSAKE_ADMIN_TOKEN: z.string().optional(),
  KEEPSAKE_ADMIN_TOKEN_FILE: z.string().optional(),
  KEEPSAKE_ALLOWED_HOSTS: z.string().default(""),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  LOG_FORMAT: z.enum(["text", "json"]).default("text"),
} satisfies Record<ConfigVariableName, z.ZodType>);
type Variables = z.infer<typeof Variables>;

const ADMIN_TOKEN_CHARS_MIN = 24;
const CONNECT_TIMEOUT_MS = 5_000;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

/**
 * Reads and checks the environment. An empty variable counts as not set, as compose files leave them.
 *
 * @param readFile gives the text of a secret's file
 * @throws ConfigError that lists every fault at once
 */
export function loadConfig(environment: Environment, readFile: (path: string) => string): Config {
  const variables = parseVariables(environment);
  const adminToken = readSecret(variables, "KEEPSAKE_ADMIN_TOKEN", readFile);
  const config: Config = {
    server: {
      host: variables.HOST,
      port: variables.PORT,
      adminToken,
      allowedHosts: toList(variables.KEEPSAKE_ALLOWED_HOSTS),
    },
    database: toDatabaseConfig(variables, readFile),
    embeddings: toEmbeddingsConfig(variables),
    settings: {
      forgetRetentionDays: variables.FORGET_RETENTION_DAYS,
      exactSearchRowsMax: variables.SEARCH_EXACT_ROWS_MAX,
      queryEmbeddingTimeoutMs: variables.EMBEDDING_QUERY_TIMEOUT_MS,
      cacheTtlSeconds: variables.CACHE_TTL_SECONDS,
      cacheEntriesMax: variables.CACHE_MAX_ENTRIES,
      cacheNeverIntents: toList(variables.CACHE_NEVER_INTENTS),
    },
    logging: { level: variables.LOG_LEVEL, format: variables.LOG_FORMAT },
  };
  assertGuarded(config.server);
  return config;
}

/** Names separated by commas. */
function toList(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

function parseVariables(environment: Environment): Variables {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  const parsed = Variables.safeParse(Object.fromEntries(set));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${toFault(issue)}.`);
  throw new ConfigError(faults.join("\n"));
}

function toFault(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_value" ? `must be one of: ${issue.values.map(String).join(", ")}` : issue.message;
}

type SecretName = "KEEPSAKE_ADMIN_TOKEN" | "POSTGRES_PASSWORD";

function readSecret(variables: Variables, name: SecretName, readFile: (path: string) => string): string | null {
  const path = variables[`${name}_FILE`];
  if (path === undefined) return variables[name] ?? null;
  if (variables[name] !== undefined) throw new ConfigError(`Set ${name} or ${name}_FILE, not both.`);
  try {
    return readFile(path).trim();
  } catch (cause) {
    throw new ConfigError(`${name}_FILE names a file that cannot be read: ${path}.`, { cause });
  }
}

function toDatabaseConfig(variables: Variables, readFile: (path: string) => string): DatabaseConfig {
  const connection = serverUrl(variables, readFile);
  if (connection === null) return { home: "embedded", dataDir: resolve(variables.KEEPSAKE_DATA_DIR) };
  return {
    home: "server",
    url: connection,
    poolSize: variables.DATABASE_POOL_SIZE,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: variables.DATABASE_STATEMENT_TIMEOUT_MS,
  };
}

function serverUrl(variables: Variables, readFile: (path: string) => string): string | null {
  if (variables.DATABASE_URL !== undefined) return variables.DATABASE_URL;
  if (variables.POSTGRES_HOST === undefined) return null;
  const { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_USER: user, POSTGRES_DB: database } = variables;
  const password = readSecret(variables, "POSTGRES_PASSWORD", readFile);
  const secret = password === null ? "" : `:${encodeURIComponent(password)}`;
  return `postgres://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`;
}

function toEmbeddingsConfig(variables: Variables): EmbeddingsConfig | null {
  if (variables.OLLAMA_URL === undefined) return null;
  return { url: variables.OLLAMA_URL, model: variables.EMBEDDING_MODEL, dimensions: variables.EMBEDDING_DIMENSIONS };
}

function assertGuarded({ host, adminToken }: ServerConfig): void {
  if (adminToken !== null && adminToken.length < ADMIN_TOKEN_CHARS_MIN) {
    throw new ConfigError(`KEEPSAKE_ADMIN_TOKEN must have ${ADMIN_TOKEN_CHARS_MIN} characters or more.`);
  }
  if (adminToken !== null || LOOPBACK.has(host)) return;
  throw new ConfigError(
    `HOST=${host} can be reached from other machines, and no token guards it: set KEEPSAKE_ADMIN_TOKEN (${ADMIN_TOKEN_CHARS_MIN} characters or more), or leave HOST unset to listen on this machine alone.`,
  );
}
