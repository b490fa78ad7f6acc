import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { FlushResults, Wanted } from "./flush.ts";
import type { Lane } from "./lanes/lane.ts";
import type * as schema from "./schema/index.ts";

/** Drizzle over postgres.js, on either home. */
export type Database = PostgresJsDatabase<typeof schema>;

/** A transaction of `Database`. A write of several statements asks for this, so that a `Database` is a type error. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** For functions that may run inside a transaction or outside of one. */
export type Queryable = Database | Transaction;

/** The embedded PostgreSQL, with its data under `dataDir` (made when it is not there). */
export interface EmbeddedConfig {
  readonly home: "embedded";
  readonly dataDir: string;
  /** After which a statement that names no limit of its own is ended, with the worker under it; 10 s when absent. */
  readonly statementLimitMs?: number;
}

/** A PostgreSQL server, 16 or newer, with pgvector 0.8 or newer. */
export interface ServerConfig {
  readonly home: "server";
  /** `postgres://user:password@host:port/database`, with postgres.js's options as its query (`?sslmode=require`). */
  readonly url: string;
  /** Connections, at most. */
  readonly poolSize: number;
  /** For all of `connect`, and for each connection made later. */
  readonly connectTimeoutMs: number;
  /** After which the server ends a statement; 0 for never. */
  readonly statementTimeoutMs: number;
  /** Whether a server that may lose what it acknowledged is refused (when absent) or used all the same. */
  readonly durability?: "required" | "relaxed";
}

/** Where the data lives. */
export type DatabaseConfig = EmbeddedConfig | ServerConfig;

/** What a caller of `connect` may listen to. */
export interface ConnectOptions {
  /** Steps that take seconds, in words for a person. */
  onProgress?(step: string): void;
  /** Every statement before it is sent, for the test-suite's recorder. Errors then carry their parameters in the open. */
  onStatement?(sql: string, parameters: readonly unknown[]): void;
  /** The embedded PostgreSQL broke or hung and is being opened again; calls fail until then. */
  onLost?(reason: string): void;
  /** It serves again. `count` is of all reopenings since the start. */
  onReopened?(count: number): void;
  /** It cannot be opened again. Called once at most, and never after the handle was disposed of. */
  onFatal?(error: Error): void;
}

/** One session that nobody else's statements share, except on the embedded home, which has only one. */
export interface DatabaseSession extends AsyncDisposable {
  readonly sql: postgres.Sql;
}

/** An open database. Disposing of it closes the connections and, on the embedded home, the database itself. */
export interface DatabaseHandle extends AsyncDisposable {
  readonly home: DatabaseConfig["home"];
  /** What callers wait for. On a server each statement and transaction gets a connection of its own, and a time limit. */
  readonly db: Database;
  /** The same for what nobody waits for: connections of its own, and half a minute for each use. */
  readonly backgroundDb: Database;
  /** The same for long reads of much. */
  readonly exportDb: Database;
  /** The same for looking whose token a call has, which must not wait behind all other calls. */
  readonly tokensDb: Database;
  /** Sends several statements as one transaction; see `flush`. */
  flush<const W extends Wanted>(wanted: W): Promise<FlushResults<W>>;
  /** A connection for the job library's statements, one at a time. */
  readonly jobs: Lane;
  /** Runs a call, for whose statements on `db` and `flush` the database has little more than one statement's time. */
  limitCall<T>(call: () => Promise<T>): Promise<T>;
  /** The driver itself: on the embedded home the same connection, on a server others, without limits of ours. */
  readonly sql: postgres.Sql;
  /** `18.6`, without the build's own words. */
  readonly serverVersion: string;
  /** The version in this database, or the one that the first migration will install. */
  readonly pgvectorVersion: string | null;
  /** Why what is acknowledged may be lost when the power is cut, and what to do; null when all is well. */
  readonly durabilityProblem: string | null;
  /** Why a page that the disk damages would be read as it is, and what to do; null on the embedded home. */
  readonly checksumProblem: string | null;
  /** How often the embedded PostgreSQL had to be opened again since the start; 0 on a server, which does that itself. */
  reopenings(): number;
  /** Fails with `DeadlineError` or the driver's error when the database does not answer `select 1` in time. */
  ping(timeoutMs: number): Promise<void>;
  /** A session of its own, without a statement time-out, for work that holds a lock or runs for long. */
  openSession(): DatabaseSession;
}
