import { DatabaseBusyError, DatabaseDownError, DeadlineError, isConnectionFailure } from "@keepsake/db";
import { DATA_DAMAGED, isDamage } from "./data-damage.ts";
import { DomainError } from "./domain-error.ts";

/** The server has no room for another client, or less memory than it needs; it ended a connection that was idle. */
const NO_ROOM = /^(53[0-9A-Z]{3}|25P03)$/;
/** The database takes nobody in: being restored or renamed, its role locked out, its password another. */
const TAKES_NOBODY = /^(28[0-9A-Z]{3}|3D000|55000)$/;
/** The database's disk fails, or may not be written to any more. */
const DISK_FAILS = /^58/;
/** Nobody mends damaged data within a second, seconds. */
const DAMAGE_RETRY_AFTER_S = 60;
const STORAGE_FULL = new Set(["53100", "ENOSPC"]);
/** A time-out, a lock not had in time, a deadlock: the same call may well work the next time. */
const TIMED_OUT = new Set(["57014", "55P03", "40P01", "40001"]);
/** Data that PostgreSQL refuses although the contract let it pass: the caller's mistake, not ours. */
const BAD_DATA = /^22|^54000/;
/** Raised by the triggers of migration 0007. */
const BEING_ERASED = "KS001";

const TOO_SLOW = "The database was too busy for this call: try again.";

/** SQLSTATE, or the driver's own code, of a failure of the database; null for any other. */
export function sqlStateOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return null;
}

/** The unique or foreign key that a write ran against, or null. */
export function violatedConstraint(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("constraint_name" in at && typeof at.constraint_name === "string") return at.constraint_name;
  }
  return null;
}

const AWAY = "The database does not answer right now: try again shortly.";

/** What `@keepsake/db` gave up by itself. */
function toOwnFailure(error: unknown, options: ErrorOptions): DomainError | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof DatabaseBusyError) {
      return new DomainError("OVERLOADED", "Every connection to the database is busy: try again shortly.", options);
    }
    if (at instanceof DatabaseDownError) return new DomainError("DATABASE_UNAVAILABLE", AWAY, options);
    if (at instanceof DeadlineError) {
      const message = "The database took too long: the call may have happened, so repeat it with its idempotencyKey.";
      return new DomainError("DATABASE_UNAVAILABLE", message, options);
    }
  }
  return null;
}

/** The column of a table that was to become null and must not, or null for any other failure. */
export function refusedNull(error: unknown): { table: string; column: string } | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (!("code" in at) || at.code !== "23502") continue;
    if ("table_name" in at && "column_name" in at)
      return { table: String(at.table_name), column: String(at.column_name) };
  }
  return null;
}

/**
 * What a failure of the database means to a caller, or null for a fault of ours (a bad statement, a broken constraint).
 * Follows `cause`, since Drizzle wraps what the driver throws.
 */
export function toDatabaseFailure(error: unknown): DomainError | null {
  const options = { cause: error };
  const own = toOwnFailure(error, options);
  if (own) return own;
  const code = sqlStateOf(error);
  if (code === null) return null;
  if (code === BEING_ERASED) {
    const message = "Everything of this user is being erased right now: call again when that is done.";
    return new DomainError("USER_BEING_ERASED", message, options);
  }
  if (STORAGE_FULL.has(code))
    return new DomainError("STORAGE_FULL", "The database's disk is full: free some space.", options);
  if (isConnectionFailure(error) || NO_ROOM.test(code) || TAKES_NOBODY.test(code))
    return new DomainError("DATABASE_UNAVAILABLE", AWAY, options);
  if (isDamage(error)) {
    const retryAfterSeconds = DAMAGE_RETRY_AFTER_S;
    return new DomainError("DATABASE_UNAVAILABLE", DATA_DAMAGED, { ...options, retryAfterSeconds });
  }
  if (DISK_FAILS.test(code)) {
    return new DomainError("DATABASE_UNAVAILABLE", "The database's disk fails, or may not be written to.", options);
  }
  if (TIMED_OUT.has(code)) {
    return new DomainError("DATABASE_UNAVAILABLE", TOO_SLOW, options);
  }
  if (BAD_DATA.test(code)) return new DomainError("INVALID_INPUT", "The database cannot store this input.", options);
  return null;
}
