import type postgres from "postgres";
import type { DatabaseHandle, DatabaseSession } from "./database.ts";
import { withDeadline } from "./deadline.ts";
import { flush } from "./flush.ts";
import type { Lane } from "./lanes/lane.ts";
import { toLaneClient } from "./lanes/lane-client.ts";
import type { Lanes } from "./lanes/server-lanes.ts";
import { toDatabase } from "./postgres-client.ts";
import type { ServerVersions } from "./server-requirements.ts";

const END_GRACE_S = 3;
const END_DEADLINE_MS = 4000;

/** What one home contributes to a handle. */
export interface HandleParts extends ServerVersions {
  readonly home: DatabaseHandle["home"];
  readonly sql: postgres.Sql;
  openSession(): DatabaseSession;
  /** A server's; the embedded database has one connection for all. */
  readonly lanes?: Lanes;
  limitCall?<T>(call: () => Promise<T>): Promise<T>;
  reopenings?(): number;
  /** Runs after the connections are closed. */
  close?(): Promise<void>;
}

/** Puts a handle together. */
export function createHandle(parts: HandleParts): DatabaseHandle {
  const { home, sql, serverVersion, pgvectorVersion, openSession, reopenings, close } = parts;
  const { durabilityProblem, checksumProblem } = parts;
  const { lanes = shareOne(sql), limitCall = (call) => call() } = parts;
  const dbOf = (lane: Lane) => toDatabase(parts.lanes ? toLaneClient(lane) : sql);
  const db = dbOf(lanes.app);
  return {
    home,
    sql,
    db,
    backgroundDb: parts.lanes ? dbOf(lanes.background) : db,
    exportDb: parts.lanes ? dbOf(lanes.export) : db,
    tokensDb: parts.lanes ? dbOf(lanes.tokens) : db,
    flush: (wanted) => lanes.app.use((connection) => flush(connection, wanted)),
    jobs: lanes.jobs,
    limitCall,
    serverVersion,
    pgvectorVersion,
    durabilityProblem,
    checksumProblem,
    reopenings: reopenings ?? (() => 0),
    ping: createPing(lanes.health),
    openSession,
    [Symbol.asyncDispose]: async () => {
      await endClient(sql);
      await close?.();
    },
  };
}

/** The embedded database's one connection is every lane's. */
function shareOne(sql: postgres.Sql): Lanes {
  const lane: Lane = { use: (work) => work(sql) };
  return { app: lane, background: lane, export: lane, jobs: lane, health: lane, tokens: lane };
}

/** Statements under way get some seconds; then the connections are cut. Never fails, and never hangs. */
export async function endClient(sql: postgres.Sql): Promise<void> {
  await withDeadline(sql.end({ timeout: END_GRACE_S }), END_DEADLINE_MS).catch(() => {});
}

/** Probes that come while one waits share its answer, so that they do not fill the queue of a slow server. */
function createPing(lane: Lane): DatabaseHandle["ping"] {
  let underWay: Promise<unknown> | null = null;
  return async (timeoutMs) => {
    underWay ??= lane.use((sql) => sql`select 1`.execute());
    try {
      await withDeadline(underWay, timeoutMs);
    } finally {
      // After a deadline too: the next probe may get a connection that lives.
      underWay = null;
    }
  };
}
