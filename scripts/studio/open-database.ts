import { connect, type DatabaseConfig, openBeside, type ServerConfig } from "../../packages/db/src/index.ts";
import { openSingleConnection } from "../../packages/db/src/postgres-client.ts";
import { openReadOnlyQueries, type ReadOnlyQueries } from "./read-only-queries.ts";
import { closeReader, mayOnlyRead, openReader, prepareEmbeddedReader, READER_ROLE } from "./reader-role.ts";

/**
 * Opens the database that the server would use, for reading.
 *
 * @param minutes after which nobody can log in as the reader any more
 * @throws DatabaseStartError, ReaderRoleError
 */
export async function openForReading(database: DatabaseConfig, minutes: number): Promise<ReadOnlyQueries> {
  return database.home === "server" ? await openServer(database, minutes) : await openEmbedded(database.dataDir);
}

async function openServer(database: ServerConfig, minutes: number): Promise<ReadOnlyQueries> {
  await using handle = await connect({ ...database, poolSize: 2 });
  const isReader = await mayOnlyRead(handle.sql);
  const url = isReader ? database.url : withLogin(database.url, await openReader(handle.sql, minutes));
  const queries = openReadOnlyQueries(openSingleConnection({ ...database, url }), null);
  await queries.run({ sql: "select 1" });
  if (isReader) return queries;
  return {
    run: queries.run,
    async [Symbol.asyncDispose]() {
      await queries[Symbol.asyncDispose]();
      await using owner = await connect({ ...database, poolSize: 2 });
      await closeReader(owner.sql);
    },
  };
}

function withLogin(url: string, password: string): string {
  const changed = new URL(url);
  changed.username = READER_ROLE;
  changed.password = password;
  return changed.href;
}

/** Through the running server, or by itself when none runs. */
async function openEmbedded(dataDir: string): Promise<ReadOnlyQueries> {
  const session = await openBeside(dataDir, "postgres");
  await prepareEmbeddedReader(session.sql);
  return {
    run: openReadOnlyQueries(session.sql, READER_ROLE).run,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
