import { connect } from "./connect.ts";
import type { Database, DatabaseConfig } from "./database.ts";
import { openSideSocket } from "./look-in.ts";
import { migrate } from "./migrate.ts";
import { toDatabase } from "./postgres-client.ts";

/** A database that a command changes, whether a server runs or not. */
export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database;
}

/**
 * Opens a database in order to change some rows: beside the server that may be using it, or by itself, and then it is made
 * where there is none and brought to this version's schema.
 *
 * @throws DatabaseStartError, MigrationError
 */
export async function openForChanges(config: DatabaseConfig): Promise<OpenDatabase> {
  const session = config.home === "embedded" ? await openSideSocket(config.dataDir, "postgres") : null;
  if (session) return { db: toDatabase(session.sql), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  await using resources = new AsyncDisposableStack();
  const handle = resources.use(await connect(config));
  await migrate(handle);
  const running = resources.move();
  return { db: handle.backgroundDb, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
