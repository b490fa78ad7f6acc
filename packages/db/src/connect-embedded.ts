import type { ConnectOptions, DatabaseHandle, EmbeddedConfig } from "./database.ts";
import { createHandle } from "./database-handle.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import { openSocketClient } from "./postgres-client.ts";
import { readVersions } from "./server-requirements.ts";

/**
 * Starts the embedded PostgreSQL in a worker thread and connects to its socket. Disposing of the handle stops it.
 *
 * @throws DatabaseStartError
 */
export async function connectEmbedded(config: EmbeddedConfig, options: ConnectOptions): Promise<DatabaseHandle> {
  const server = await startEmbedded(config.dataDir, {
    ...options,
    ...(config.statementLimitMs !== undefined && { statementLimitMs: config.statementLimitMs }),
  });
  const sql = openSocketClient(server.socketPath, options);
  try {
    // Nobody can give it checksums: that it has none is nothing to be told.
    const versions = { ...(await readVersions(sql)), checksumProblem: null };
    // There is one connection: a session of its own is the same one, and stays open.
    const openSession = () => ({ sql, [Symbol.asyncDispose]: async () => {} });
    const { reopenings } = server;
    return createHandle({ home: "embedded", sql, ...versions, openSession, reopenings, close: () => server.stop() });
  } catch (error) {
    await server.stop();
    throw error;
  }
}
