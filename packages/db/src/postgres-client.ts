import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { ConnectOptions, Database, ServerConfig } from "./database.ts";
import * as schema from "./schema/index.ts";
import { SESSION_SETTINGS } from "./session-settings.ts";

const JSON_TEXT = 114;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const JSONB = 3802;
const IDLE_TIMEOUT_S = 600;
const IDLE_IN_TRANSACTION_MS = 10_000;
const RECONNECT_DELAY_MAX_S = 0.5;
/** The most that PostgreSQL takes, 24 days: postgres.js does not send a 0, and the server may have a default. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** libpq's parameters that are no settings of a session: postgres.js would send them and the server refuse them. */
const CLIENT_ONLY_PARAMETERS = ["channel_binding", "gssencmode"];

/** postgres.js's options that hold everywhere: it never logs, and it is found again soon after a restart. */
function commonOptions({ onStatement }: ConnectOptions): postgres.Options<Record<string, never>> {
  return {
    onnotice: () => {},
    backoff: (attempts: number) => Math.min(2 ** attempts / 50, RECONNECT_DELAY_MAX_S) * (0.5 + Math.random() / 2),
    ...(onStatement && { debug: (_connection, sql, parameters) => onStatement(sql, parameters) }),
  };
}

/**
 * A client of a server, whatever its URL holds for other clients. Each one is made here.
 *
 * @throws TypeError when the URL is none
 */
export function openServerClient(url: string, options: postgres.Options<Record<string, never>>): postgres.Sql {
  return postgres(withoutClientOnlyParameters(url), { onnotice: () => {}, ...options });
}

/**
 * A pool of connections to a server, whose statements give and take what `toDatabase`'s do. Nothing is sent before the
 * first one.
 *
 * @throws TypeError when the URL is none
 */
export function openPool(config: ServerConfig, options: ConnectOptions = {}): postgres.Sql {
  const client = openServerClient(config.url, {
    ...commonOptions(options),
    max: config.poolSize,
    connect_timeout: config.connectTimeoutMs / 1000,
    idle_timeout: IDLE_TIMEOUT_S,
    connection: {
      ...SESSION_SETTINGS,
      statement_timeout: config.statementTimeoutMs || NO_TIMEOUT_MS,
      // A client that vanished in a transaction must not keep its locks.
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
  });
  drizzle(client);
  takeTypesBack(client);
  return client;
}

/** One connection to a server that lives until it is ended, without a statement time-out. */
export function openSingleConnection(config: ServerConfig, options: ConnectOptions = {}): postgres.Sql {
  return openServerClient(config.url, {
    ...commonOptions(options),
    max: 1,
    connect_timeout: config.connectTimeoutMs / 1000,
    idle_timeout: 0,
    max_lifetime: null,
    connection: { ...SESSION_SETTINGS, statement_timeout: NO_TIMEOUT_MS },
  });
}

/** The one connection to the embedded PostgreSQL. Its session settings are the worker's: it ignores a client's. */
export function openSocketClient(socketPath: string, options: ConnectOptions = {}, user = "postgres"): postgres.Sql {
  return postgres({
    ...commonOptions(options),
    path: socketPath,
    user,
    database: "postgres",
    password: "",
    ssl: false,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
  });
}

/**
 * Drizzle over a client. Drizzle turns dates and JSON into text by itself and makes the client pass text alone; both are
 * put right again, so that `sql` too gives and takes `Date`s, and takes objects for JSON.
 */
export function toDatabase(client: postgres.Sql): Database {
  const db = drizzle(client, { schema });
  takeTypesBack(client);
  return db;
}

function takeTypesBack({ options }: postgres.Sql): void {
  const { parsers, serializers } = options;
  for (const type of [TIMESTAMP, TIMESTAMPTZ]) {
    parsers[type] = (text: string) => new Date(type === TIMESTAMP ? `${text}Z` : text);
    serializers[type] = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  }
  for (const type of [JSON_TEXT, JSONB]) {
    serializers[type] = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  }
}

function withoutClientOnlyParameters(url: string): string {
  const [address, query] = url.split("?", 2);
  if (address === undefined || query === undefined) return url;
  const parameters = new URLSearchParams(query);
  for (const name of CLIENT_ONLY_PARAMETERS) parameters.delete(name);
  return parameters.size === 0 ? address : `${address}?${parameters}`;
}
