/** The first words of statements that a reader may send. What these may do, a read-only transaction limits. */
const READING =
  /^(select|with|values|table|show|explain|begin|start|commit|end|rollback|abort|fetch|declare|close|set)\b/i;
/** Words by which a reader would make its transaction one that writes. */
const UNLOCKING =
  /\bread\s+write\b|transaction_read_only|^set\s+(session\s+)?(authorization|characteristics)|^set\s+(local\s+|session\s+)?role/i;
/** Alone only: after a commit in the midst of a text, the rest would be a transaction that nobody has locked. */
const BORDER = /^(begin|start|commit|end|rollback|abort)\b/i;
const WIPING = /^\s*(discard\s+all|deallocate\s+(prepare\s+)?all)\s*;?\s*$/i;
const COMMENT = /\/\*[\s\S]*?\*\/|--[^\n]*/g;

/**
 * A statement that may be sent in the place of a client's: its own, or one that fails with the reason.
 *
 * A reader's transactions are read-only; what is refused here is what would change that. A text with a semicolon in a
 * quoted value may be refused without need. No wall against a program that speaks the protocol by itself: whoever may
 * use the socket may come as another user.
 */
export function toGuardedText(sql: string, isReader: boolean): string {
  if (WIPING.test(sql)) {
    return toFailure("0A000", "DISCARD ALL would also discard the server's own statements: use RESET ALL.");
  }
  if (isReader && !isReading(sql)) return toFailure("25006", "This connection may only read.");
  return sql;
}

function isReading(sql: string): boolean {
  const statements = sql
    .replace(COMMENT, " ")
    .split(";")
    .map((statement) => statement.replace(/^[\s(]+/, ""))
    .filter((statement) => statement !== "");
  if (statements.length > 1 && statements.some((statement) => BORDER.test(statement))) return false;
  return statements.every((statement) => READING.test(statement) && !UNLOCKING.test(statement));
}

/** PostgreSQL itself answers then, and keeps its own account of what the rest of the round does. */
function toFailure(sqlState: string, reason: string): string {
  return `do $keepsake$ begin raise exception using errcode = '${sqlState}', message = '${reason.replaceAll("'", "''")}'; end $keepsake$`;
}
