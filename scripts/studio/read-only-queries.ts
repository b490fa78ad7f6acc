import type postgres from "postgres";
import { isRead } from "./read-statement.ts";
import { STATEMENT_TIMEOUT_MS } from "./reader-role.ts";

/** A statement as studio's page sends it. */
export interface StudioQuery {
  readonly sql: string;
  readonly params?: readonly unknown[] | undefined;
  readonly mode?: string | undefined;
}

/** Runs studio's statements, none of which can change anything. */
export interface ReadOnlyQueries extends AsyncDisposable {
  /**
   * @returns the rows, as objects or (`mode: "array"`) as lists of values
   * @throws Error whose message is for the page
   */
  run(query: StudioQuery): Promise<unknown[]>;
}

/** Moments and JSON as PostgreSQL writes them: what drizzle-kit gives its page. */
const AS_TEXT = [1082, 1083, 1114, 1184];

/** Ends the transaction of a statement that has been answered. */
class Answered {
  readonly rows: unknown[];
  constructor(rows: unknown[]) {
    this.rows = rows;
  }
}

/**
 * Four locks. The statement begins as one that reads. It travels alone: PostgreSQL takes no second one in the extended
 * protocol. It runs in a transaction that may only read, which nothing can change once a first snapshot is taken. And it
 * runs as a role without the right to write.
 *
 * @param sql a client of one connection, which is ended with the queries
 * @param role taken on for each statement; null when the session is that role's already
 */
export function openReadOnlyQueries(sql: postgres.Sql, role: string | null): ReadOnlyQueries {
  for (const type of AS_TEXT) sql.options.parsers[type] = (text: string) => text;
  return {
    run: (query) => run(sql, role, query),
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  };
}

async function run(sql: postgres.Sql, role: string | null, query: StudioQuery): Promise<unknown[]> {
  if (!isRead(query.sql)) throw new Error("Studio only reads: nothing can be changed here.");
  try {
    return await sql.begin("read only", async (tx) => {
      await tx.unsafe(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      if (role !== null) await tx.unsafe(`set local role ${role}`);
      await tx.unsafe("select 1");
      throw new Answered(await rowsOf(tx, query));
    });
  } catch (thrown) {
    // Rolled back, so that no setting of the statement outlives it.
    if (thrown instanceof Answered) return thrown.rows;
    throw thrown;
  }
}

async function rowsOf(tx: postgres.TransactionSql, { sql, params = [], mode }: StudioQuery): Promise<unknown[]> {
  const parameters = [...params] as postgres.ParameterOrJSON<never>[];
  const pending = tx.unsafe(sql, parameters, { simple: false } as postgres.UnsafeQueryOptions);
  return mode === "array" ? await pending.values() : [...(await pending)];
}
