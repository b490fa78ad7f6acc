/**
 * Why the database cannot be used from the start. `message` is one sentence for the person who starts the server: what
 * is wrong and what to do, never a password. `cause` is what the driver or the system said.
 */
export class DatabaseStartError extends Error {
  override readonly name: string = "DatabaseStartError";
}

/** The embedded PostgreSQL's folder cannot be opened as it is. Printed like its parent. */
export class DamagedFolderError extends DatabaseStartError {
  override readonly name = "DamagedFolderError";
}

/** Why the schema cannot be brought to this version. Printed like its parent. */
export class MigrationError extends DatabaseStartError {
  override readonly name = "MigrationError";
}

/** The embedded PostgreSQL ended while it was in use: nothing acknowledged is lost, and only a new start helps. */
export class EmbeddedDatabaseLostError extends Error {
  override readonly name = "EmbeddedDatabaseLostError";
}

/** The database is known to be away: it is not asked again before it answers. */
export class DatabaseDownError extends Error {
  override readonly name = "DatabaseDownError";

  constructor() {
    super("The database does not answer.");
  }
}

/** Every connection stayed busy. Nothing was sent. */
export class DatabaseBusyError extends Error {
  override readonly name = "DatabaseBusyError";

  constructor(waitedMs: number) {
    super(`No connection to the database became free within ${waitedMs} ms.`);
  }
}

/** SQLSTATE classes and codes of the driver and of the network: nobody there who speaks PostgreSQL. */
const CONNECTION_FAILURE =
  /^(08|57P|CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|ENET)/;

/** Whether a connection broke or could not be made. Follows `cause`. */
export function isConnectionFailure(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return CONNECTION_FAILURE.test(at.code);
  }
  return false;
}

/** The database did not answer in time. What it was asked may still happen. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`The database did not answer within ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}
