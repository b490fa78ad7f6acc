import type postgres from "postgres";
import type { Lane } from "./lane.ts";

/**
 * A lane in the place of a client of the driver, as far as Drizzle uses one: every statement and every transaction takes
 * a connection of its own.
 */
export function toLaneClient(lane: Lane): postgres.Sql {
  const client = {
    // Drizzle writes its own into them; what counts is set on the lane's connections.
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: never[], options: postgres.UnsafeQueryOptions) =>
      toQuery(lane, (connection) => connection.unsafe(text, parameters, options)),
    begin: (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
      lane.use((connection) => connection.begin(work)),
  };
  return client as unknown as postgres.Sql;
}

/** Sent in the next turn: until then `values` may still ask for rows as arrays. */
function toQuery(lane: Lane, send: (connection: postgres.Sql) => postgres.PendingQuery<postgres.Row[]>) {
  let asArrays = false;
  const query = Promise.resolve().then(() =>
    lane.use<unknown>(async (connection) => (asArrays ? await send(connection).values() : await send(connection))),
  );
  const values = () => {
    asArrays = true;
    return query;
  };
  return Object.assign(query, { values });
}
