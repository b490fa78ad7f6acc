import { DomainError } from "./domain-error.ts";

/** SQLSTATE classes and driver codes that say: the database cannot be reached or has no room for another client. */
const UNAVAILABLE = /^(08|53[03]|57P)|^(CONNECTION_|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ENOTFOUND)/;
const STORAGE_FULL = new Set(["53100", "ENOSPC"]);
/** A time-out, a lock not had in time, a deadlock: the same call may well work the next time. */
const TIMED_OUT = new Set(["57014", "55P03", "40P01", "40001"]);
/** Data that PostgreSQL refuses although the contract let it pass: the caller's mistake, not ours. */
const BAD_DATA = /^22|^54000/;

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
  const code = sqlStateOf(error);
  if (code === null) return null;
  const options = { cause: error };
  if (STORAGE_FULL.has(code))
    return new DomainError("STORAGE_FULL", "The database's disk is full: free some space.", options);
  if (UNAVAILABLE.test(code)) {
    return new DomainError(
      "DATABASE_UNAVAILABLE",
      "The database does not answer right now: try again shortly.",
      options,
    );
  }
  if (TIMED_OUT.has(code)) {
    return new DomainError("DATABASE_UNAVAILABLE", "The database was too busy for this call: try again.", options);
  }
  if (BAD_DATA.test(code)) return new DomainError("INVALID_INPUT", "The database cannot store this input.", options);
  return null;
}
