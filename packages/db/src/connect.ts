import { connectEmbedded } from "./connect-embedded.ts";
import { connectServer } from "./connect-server.ts";
import type { ConnectOptions, DatabaseConfig, DatabaseHandle } from "./database.ts";

/**
 * Opens the database: always Drizzle over postgres.js, to a server or to the embedded PostgreSQL. The schema is
 * `migrate`'s business. What happens to a server's connections later is the driver's: it reconnects.
 *
 * @throws DatabaseStartError with one sentence for the person who starts the server
 */
export async function connect(config: DatabaseConfig, options: ConnectOptions = {}): Promise<DatabaseHandle> {
  return config.home === "embedded" ? await connectEmbedded(config, options) : await connectServer(config, options);
}
