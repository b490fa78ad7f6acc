/** What may stand first in a statement that studio's page sends. Everything else is refused before it is sent. */
const READS = new Set(["select", "with", "values", "table", "show", "explain"]);

/** White space, comments and opening brackets, which may come before a statement's first word. */
const BEFORE_FIRST_WORD = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/**
 * Whether a statement begins as one that reads. What it does is PostgreSQL's to judge, in a transaction that may not
 * write and as a role that may not either; this keeps out what would end that transaction (`commit`), leave that role
 * (`reset role`) or read and write files (`copy`).
 */
export function isRead(sql: string): boolean {
  const [word = ""] = /^[a-z]+/i.exec(sql.replace(BEFORE_FIRST_WORD, "")) ?? [];
  return READS.has(word.toLowerCase());
}
