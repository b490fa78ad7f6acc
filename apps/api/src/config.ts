import { isIPv6 } from "node:net";
import { join, resolve } from "node:path";
import {
  CACHE_ENTRIES_MAX_DEFAULT,
  CACHE_TTL_SECONDS_DEFAULT,
  CACHE_TTL_SECONDS_MAX,
  EMBEDDING_DIMENSIONS_DEFAULT,
  FORGET_RETENTION_DAYS_DEFAULT,
} from "@keepsake/contract";
import type { DatabaseConfig } from "@keepsake/db";
import { z } from "zod";
import type { Retention } from "./backup/retention.ts";
import { CACHE_NEVER_INTENTS, type ConfigVariableName } from "./config-variables.ts";
import type { AdmissionLimits } from "./platform/admission.ts";
import type { LoggingConfig } from "./platform/logger.ts";
import type { Settings } from "./platform/services.ts";

/** Where the server listens and whom it lets in. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** `KEEPSAKE_ADMIN_TOKEN`. Null: only tokens in the database are asked for, and none where there has never been one. */
  readonly adminToken: string | null;
  readonly allowedHosts: readonly string[];
  readonly limits: ServerLimits;
}

/** What the server takes on at most. */
export interface ServerLimits extends AdmissionLimits {
  /** Open connections; further ones are closed at once. */
  readonly connectionsMax: number;
}

/** The model behind search by meaning. */
export interface EmbeddingsConfig {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
}

/** Backups of the database. */
export interface BackupConfig {
  /** Null: there are none. */
  readonly folder: string | null;
  /** `02:30`; null when somebody else makes them. */
  readonly at: string | null;
  readonly keep: Retention;
}

/** Everything that can be set, checked. Durations and sizes carry their unit in the name. */
export interface Config {
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly embeddings: EmbeddingsConfig | null;
  readonly backup: BackupConfig;
  readonly settings: Settings;
  readonly logging: LoggingConfig;
}

/** One or more variables that cannot be used, each with a sentence. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The variables as the process was given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Digits alone: what a person means by a number, and not what JavaScript also takes for one (`0x50`, `1e3`, a space). */
const whole = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\s*-?\d+\s*$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be from ${min} to ${max}`).max(max, `must be from ${min} to ${max}`))
    .default(fallback);

const share = (fallback: number) =>
  z
    .string()
    .regex(/^\s*(0|1|0?\.\d+|1\.0+)\s*$/, "must be a number from 0 to 1, such as 0.95")
    .transform(Number)
    .default(fallback);

const url = (protocols: readonly string[], example: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), `must be a URL such as ${example}`);

/** A port belongs to POSTGRES_PORT; a socket's folder cannot be named this way. */
const hostName = z
  .string()
  .refine((text) => isIPv6(text) || /^[\w.-]+$/.test(text), "must be a name or an address, without a port");

const Variables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65_535, 8080),
  DATABASE_URL: url(["postgres:", "postgresql:"], "postgres://user:password@host:5432/database").optional(),
  DATABASE_URL_FILE: z.string().optional(),
  POSTGRES_HOST: hostName.optional(),
  POSTGRES_PORT: whole(1, 65_535, 5432),
  POSTGRES_USER: z.string().default("ai_assistant"),
  POSTGRES_PASSWORD: z.string().optional(),
  POSTGRES_PASSWORD_FILE: z.string().optional(),
  POSTGRES_DB: z.string().default("ai_assistant"),
  DATABASE_POOL_SIZE: whole(2, 100, 10),
  DATABASE_STATEMENT_TIMEOUT_MS: whole(100, 600_000, 4_000),
  KEEPSAKE_DURABILITY: z.enum(["required", "relaxed"]).default("required"),
  KEEPSAKE_DATA_DIR: z.string().default("./data"),
  KEEPSAKE_BACKUP_DIR: z.string().optional(),
  BACKUP_AT: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|off)$/, "must be a time such as 02:30, or off")
    .default("02:30"),
  BACKUP_KEEP: z
    .string()
    .regex(/^\d{1,3}\/\d{1,3}\/\d{1,3}$/, "must be numbers of days, weeks and months such as 14/8/6")
    .default("14/8/6"),
  OLLAMA_URL: url(["http:", "https:"], "http://127.0.0.1:11434").optional(),
  EMBEDDING_MODEL: z.string().default("nomic-embed-text"),
  EMBEDDING_DIMENSIONS: whole(1, 2_000, EMBEDDING_DIMENSIONS_DEFAULT),
  EMBEDDING_QUERY_TIMEOUT_MS: whole(50, 60_000, 1_500),
  SEARCH_EXACT_ROWS_MAX: whole(0, 1_000_000, 10_000),
  FORGET_RETENTION_DAYS: whole(0, 3_650, FORGET_RETENTION_DAYS_DEFAULT),
  KEEPSAKE_UNSAID_PER_HOUR: whole(0, 100_000, 120),
  AUDIT_RETENTION_DAYS: whole(1, 3_650, 180),
  CACHE_TTL_SECONDS: whole(1, CACHE_TTL_SECONDS_MAX, CACHE_TTL_SECONDS_DEFAULT),
  CACHE_MAX_ENTRIES: whole(1, 1_000_000, CACHE_ENTRIES_MAX_DEFAULT),
  CACHE_SEMANTIC: z.enum(["on", "off"]).default("off"),
  CACHE_SIMILARITY_MIN: share(0.95),
  CACHE_NEVER_INTENTS: z.string().default(CACHE_NEVER_INTENTS),
  KEEPSAKE_ADMIN_TOKEN: z.string().optional(),
  KEEPSAKE_ADMIN_TOKEN_FILE: z.string().optional(),
  KEEPSAKE_ALLOWED_HOSTS: z.string().default(""),
  LIMIT_CALLS_PER_SECOND: whole(1, 100_000, 500),
  LIMIT_CALLS_PER_MINUTE: whole(1, 1_000_000, 30_000),
  LIMIT_CALLS_AT_ONCE: whole(8, 10_000, 256),
  LIMIT_EVENT_LOOP_DELAY_MS: whole(20, 60_000, 200),
  LIMIT_CONNECTIONS: whole(16, 65_535, 4_096),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  LOG_FORMAT: z.enum(["text", "json"]).default("text"),
} satisfies Record<ConfigVariableName, z.ZodType>);
type Variables = z.infer<typeof Variables>;

/** Characters of `KEEPSAKE_ADMIN_TOKEN`, which somebody thought up, at least. */
export const ADMIN_TOKEN_CHARS_MIN = 24;
const CONNECT_TIMEOUT_MS = 5_000;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

/** Whether an address to listen on can be reached from this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/**
 * Reads and checks the environment. An empty variable counts as not set, as compose files leave them.
 *
 * @param readFile gives the text of a secret's file
 * @throws ConfigError that lists every fault at once, a line each
 */
export function loadConfig(environment: Environment, readFile: (path: string) => string): Config {
  const given = withoutEmpty(environment);
  const address = readSecret(given, "DATABASE_URL", readFile);
  const parsed = Variables.safeParse(address.value === null ? given : { ...given, DATABASE_URL: address.value });
  const token = readSecret(given, "KEEPSAKE_ADMIN_TOKEN", readFile);
  const password = readSecret(given, "POSTGRES_PASSWORD", readFile);
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${toFault(issue)}.`),
    ...[address.fault, token.fault, password.fault, guardFault(token)].filter((fault) => fault !== null),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults.join("\n"));
  return toConfig(parsed.data, token.value, password.value);
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
}

function toFault(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_value" ? `must be one of: ${issue.values.map(String).join(", ")}` : issue.message;
}

function toConfig(variables: Variables, adminToken: string | null, password: string | null): Config {
  const database = toDatabaseConfig(variables, password);
  return {
    server: {
      host: variables.HOST,
      port: variables.PORT,
      adminToken,
      allowedHosts: toList(variables.KEEPSAKE_ALLOWED_HOSTS),
      limits: {
        callsPerSecond: variables.LIMIT_CALLS_PER_SECOND,
        callsPerMinute: variables.LIMIT_CALLS_PER_MINUTE,
        callsAtOnceMax: variables.LIMIT_CALLS_AT_ONCE,
        eventLoopDelayMsMax: variables.LIMIT_EVENT_LOOP_DELAY_MS,
        connectionsMax: variables.LIMIT_CONNECTIONS,
      },
    },
    database,
    embeddings: toEmbeddingsConfig(variables),
    backup: toBackupConfig(variables, database),
    settings: {
      forgetRetentionDays: variables.FORGET_RETENTION_DAYS,
      unsaidPerHourMax: variables.KEEPSAKE_UNSAID_PER_HOUR,
      auditRetentionDays: variables.AUDIT_RETENTION_DAYS,
      exactSearchRowsMax: variables.SEARCH_EXACT_ROWS_MAX,
      queryEmbeddingTimeoutMs: variables.EMBEDDING_QUERY_TIMEOUT_MS,
      cacheTtlSeconds: variables.CACHE_TTL_SECONDS,
      cacheEntriesMax: variables.CACHE_MAX_ENTRIES,
      cacheSemantic: variables.CACHE_SEMANTIC === "on",
      cacheSimilarityMin: variables.CACHE_SIMILARITY_MIN,
      cacheNeverIntents: toList(variables.CACHE_NEVER_INTENTS),
    },
    logging: { level: variables.LOG_LEVEL, format: variables.LOG_FORMAT },
  };
}

/** Names separated by commas. */
function toList(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

/** At most one of the two is not null; both are when the secret is not set. */
interface Secret {
  readonly value: string | null;
  readonly fault: string | null;
}

type SecretName = "DATABASE_URL" | "KEEPSAKE_ADMIN_TOKEN" | "POSTGRES_PASSWORD";

/** From its variable, or from the file that `…_FILE` names, without the line's end that editors leave there. */
function readSecret(given: Environment, name: SecretName, readFile: (path: string) => string): Secret {
  const path = given[`${name}_FILE`];
  if (path === undefined) return { value: given[name] ?? null, fault: null };
  if (given[name] !== undefined) return { value: null, fault: `Set ${name} or ${name}_FILE, not both.` };
  try {
    const value = readFile(path).replace(/[\r\n]+$/, "");
    return value === "" ? { value: null, fault: `${name}_FILE names an empty file: ${path}.` } : { value, fault: null };
  } catch {
    return { value: null, fault: `${name}_FILE names a file that cannot be read: ${path}.` };
  }
}

function toDatabaseConfig(variables: Variables, password: string | null): DatabaseConfig {
  const connection = serverUrl(variables, password);
  if (connection === null) return { home: "embedded", dataDir: resolve(variables.KEEPSAKE_DATA_DIR) };
  return {
    home: "server",
    url: connection,
    poolSize: variables.DATABASE_POOL_SIZE,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: variables.DATABASE_STATEMENT_TIMEOUT_MS,
    durability: variables.KEEPSAKE_DURABILITY,
  };
}

function serverUrl(variables: Variables, password: string | null): string | null {
  if (variables.DATABASE_URL !== undefined) return variables.DATABASE_URL;
  if (variables.POSTGRES_HOST === undefined) return null;
  const { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_USER: user, POSTGRES_DB: database } = variables;
  const secret = password === null ? "" : `:${encodeURIComponent(password)}`;
  const address = isIPv6(host) ? `[${host}]` : host;
  return `postgres://${encodeURIComponent(user)}${secret}@${address}:${port}/${encodeURIComponent(database)}`;
}

function toBackupConfig(variables: Variables, database: DatabaseConfig): BackupConfig {
  const own = database.home === "embedded" ? join(database.dataDir, "backups") : null;
  const [daily = 14, weekly = 8, monthly = 6] = variables.BACKUP_KEEP.split("/").map(Number);
  return {
    folder: variables.KEEPSAKE_BACKUP_DIR === undefined ? own : resolve(variables.KEEPSAKE_BACKUP_DIR),
    at: variables.BACKUP_AT === "off" ? null : variables.BACKUP_AT,
    keep: { daily, weekly, monthly },
  };
}

function toEmbeddingsConfig(variables: Variables): EmbeddingsConfig | null {
  if (variables.OLLAMA_URL === undefined) return null;
  return { url: variables.OLLAMA_URL, model: variables.EMBEDDING_MODEL, dimensions: variables.EMBEDDING_DIMENSIONS };
}

/** A token that could not be read has been told already. */
function guardFault({ value: token, fault }: Secret): string | null {
  if (fault !== null || token === null) return null;
  if (token.length < ADMIN_TOKEN_CHARS_MIN) {
    return `KEEPSAKE_ADMIN_TOKEN must have ${ADMIN_TOKEN_CHARS_MIN} characters or more.`;
  }
  // It travels in a header.
  return /^[!-~]+$/.test(token) ? null : "KEEPSAKE_ADMIN_TOKEN may hold ASCII letters, digits and signs, and no space.";
}
