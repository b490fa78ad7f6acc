import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type postgres from "postgres";
import { withDeadline } from "./deadline.ts";

/** One statement of a flush, and what its rows mean. */
export interface Statement<T> {
  readonly query: SQL;
  /** Its rows as the driver gives them, by the column names of the statement. */
  read(rows: readonly Record<string, unknown>[]): T;
}

/** A statement whose rows are of no interest. */
export const write = (query: SQL): Statement<void> => ({ query, read: () => {} });

type Results<S extends readonly Statement<unknown>[]> = {
  -readonly [K in keyof S]: S[K] extends Statement<infer T> ? T : never;
};

const dialect = new PgDialect();

/**
 * Sends several statements at once, as one transaction, and waits for the database once. Inside `db.transaction` each
 * statement waits for the one before, three times at least; on a reserved connection they are sent without waiting.
 *
 * The statements are prepared by name on each connection, so their texts should be few: what varies goes in as
 * parameters. The first time that a connection sees a text, it waits once more.
 *
 * @param deadlineMs for the answer to come; the transaction goes on after it, and its late failure is nobody's
 * @returns one result a statement, in their order
 * @throws what the first failing statement threw (nothing is then stored), or `DeadlineError`
 */
export async function flush<const S extends readonly Statement<unknown>[]>(
  sql: postgres.Sql,
  statements: S,
  deadlineMs: number,
): Promise<Results<S>> {
  return withDeadline(run(sql, statements), deadlineMs);
}

async function run<const S extends readonly Statement<unknown>[]>(
  sql: postgres.Sql,
  statements: S,
): Promise<Results<S>> {
  const compiled = statements.map(({ query }) => dialect.sqlToQuery(query));
  const connection = await sql.reserve();
  try {
    const sent = [
      connection.unsafe("begin"),
      ...compiled.map(({ sql: text, params }) => connection.unsafe(text, params as never[], { prepare: true })),
      connection.unsafe("commit"),
    ].map((query) => query.execute());
    const [, ...answers] = toRows(await Promise.allSettled(sent));
    return statements.map((statement, at) => statement.read(answers[at] ?? [])) as Results<S>;
  } finally {
    connection.release();
  }
}

/** A failed statement turns the commit into a rollback, and every statement after it fails because of it. */
function toRows(answers: readonly PromiseSettledResult<unknown>[]): Record<string, unknown>[][] {
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
  return answers.map((answer) => (answer.status === "fulfilled" ? (answer.value as Record<string, unknown>[]) : []));
}
