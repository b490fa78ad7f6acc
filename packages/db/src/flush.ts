import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type postgres from "postgres";

/** One statement of a flush, and what its rows mean. */
export interface Statement<T> {
  readonly query: SQL;
  /** Its rows as the driver gives them, by the column names of the statement. */
  read(rows: readonly Record<string, unknown>[]): T;
}

/** A statement whose rows are of no interest. */
export const write = (query: SQL): Statement<void> => ({ query, read: () => {} });

/** A list of statements by name; null for one that is not needed this time. */
export type Wanted = Readonly<Record<string, Statement<unknown> | null>>;

/** What each statement gave; null for those that were not sent. */
export type FlushResults<W extends Wanted> = {
  readonly [K in keyof W]: W[K] extends Statement<infer T>
    ? T
    : W[K] extends Statement<infer T> | null
      ? T | null
      : null;
};

const dialect = new PgDialect();

/**
 * Sends several statements at once, as one transaction, and waits for the database once. Inside `db.transaction` each
 * statement waits for the one before, three times at least; on a reserved connection they are sent without waiting.
 *
 * The statements are prepared by name on each connection, so their texts should be few: what varies goes in as
 * parameters. The first time that a connection sees a text, it waits once more.
 *
 * @param wanted statements in the order in which they are to run
 * @throws what the first failing statement threw; nothing is then stored
 */
export async function flush<const W extends Wanted>(sql: postgres.Sql, wanted: W): Promise<FlushResults<W>> {
  const sent = Object.entries(wanted).flatMap(([name, statement]) => (statement ? [{ name, statement }] : []));
  const answers = await send(
    sql,
    sent.map(({ statement }) => statement),
  );
  const results = sent.map(({ name, statement }, at) => [name, statement.read(answers[at] ?? [])]);
  return { ...nothing(wanted), ...Object.fromEntries(results) } as FlushResults<W>;
}

const nothing = (wanted: Wanted) => Object.fromEntries(Object.keys(wanted).map((name) => [name, null]));

async function send(sql: postgres.Sql, statements: readonly Statement<unknown>[]) {
  const compiled = statements.map(({ query }) => dialect.sqlToQuery(query));
  const connection = await sql.reserve();
  try {
    const sent = [
      connection.unsafe("begin"),
      ...compiled.map(({ sql: text, params }) => connection.unsafe(text, params as never[], { prepare: true })),
      connection.unsafe("commit"),
    ].map((query) => query.execute());
    const [, ...answers] = toRows(await Promise.allSettled(sent));
    return answers;
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
