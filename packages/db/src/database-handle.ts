import type postgres from "postgres";
import type { DatabaseHandle, DatabaseSession } from "./database.ts";
import { withDeadline } from "./deadline.ts";
import { toDatabase } from "./postgres-client.ts";
import type { ServerVersions } from "./server-requirements.ts";

const END_GRACE_S = 3;
const END_DEADLINE_MS = 4000;

/** What one home contributes to a handle. */
export interface HandleParts extends ServerVersions {
  readonly home: DatabaseHandle["home"];
  readonly sql: postgres.Sql;
  openSession(): DatabaseSession;
  reopenings?(): number;
  /** Runs after the connections are closed. */
  close?(): Promise<void>;
}

/** Puts a handle together. */
export function createHandle(parts: HandleParts): DatabaseHandle {
  const { home, sql, serverVersion, pgvectorVersion, openSession, reopenings, close } = parts;
  return {
    home,
    sql,
    db: toDatabase(sql),
    serverVersion,
    pgvectorVersion,
    reopenings: reopenings ?? (() => 0),
    ping: createPing(sql),
    openSession,
    [Symbol.asyncDispose]: async () => {
      await endClient(sql);
      await close?.();
    },
  };
}

/** Statements under way get some seconds; then the connections are cut. Never fails, and never hangs. */
export async function endClient(sql: postgres.Sql): Promise<void> {
  await withDeadline(sql.end({ timeout: END_GRACE_S }), END_DEADLINE_MS).catch(() => {});
}

/** Probes that come while one waits share its answer, so that they do not fill the queue of a slow server. */
function createPing(sql: postgres.Sql): DatabaseHandle["ping"] {
  let underWay: Promise<unknown> | null = null;
  return async (timeoutMs) => {
    underWay ??= sql`select 1`.execute();
    try {
      await withDeadline(underWay, timeoutMs);
    } finally {
      // After a deadline too: the next probe may get a connection that lives.
      underWay = null;
    }
  };
}
