/**
 * Why the database cannot be used from the start. `message` is one sentence for the person who starts the server: what
 * is wrong and what to do, never a password. `cause` is what the driver or the system said.
 */
export class DatabaseStartError extends Error {
  override readonly name: string = "DatabaseStartError";
}

/** Why the schema cannot be brought to this version. Printed like its parent. */
export class MigrationError extends DatabaseStartError {
  override readonly name = "MigrationError";
}

/** The embedded PostgreSQL ended while it was in use: nothing acknowledged is lost, and only a new start helps. */
export class EmbeddedDatabaseLostError extends Error {
  override readonly name = "EmbeddedDatabaseLostError";
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
