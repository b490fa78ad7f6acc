/**
 * Tables whose rows belong to a user. The registry `users` itself is walked by background work; `api_tokens`,
 * `embedding_spaces` and `installation` are the installation's, and hold nobody's content.
 */
const USER_TABLES = [
  "audit_log",
  "cache_counters",
  "cache_dependencies",
  "cache_flights",
  "conversations",
  "embeddings",
  "idempotency_keys",
  "interaction_feedback",
  "interactions",
  "knowledge",
  "knowledge_versions",
  "preference_versions",
  "preferences",
  "response_cache",
  "sessions",
  "training_data",
  "training_export_rows",
  "training_exports",
];

const names = USER_TABLES.join("|");
const READ_OR_CHANGED = new RegExp(`\\b(?:from|join|update)\\s+"?(?:${names})"?(?![\\w"])`, "g");
const INSERTED = new RegExp(`\\binsert\\s+into\\s+"?(?:${names})"?\\s*\\("user_id"`, "g");
const INSERTS = new RegExp(`\\binsert\\s+into\\s+"?(?:${names})"?(?![\\w"])`, "g");
const OF_USER = /"?user_id"?\s*=\s*\$\d+/g;

const count = (sql: string, pattern: RegExp) => sql.match(pattern)?.length ?? 0;

/** Whether a statement reaches rows of a user table without saying whose: each mention needs its own equality. */
export function reachesForeignRows(sql: string): boolean {
  const text = sql.toLowerCase();
  if (/^\s*(create|alter|drop|comment|truncate)\b/.test(text)) return false;
  if (count(text, INSERTS) > count(text, INSERTED)) return true;
  return count(text, READ_OR_CHANGED) > count(text, OF_USER);
}

/** Collects every statement that the server under test sends. */
export class StatementRecorder {
  readonly #faults = new Set<string>();
  statements = 0;

  readonly record = (sql: string): void => {
    this.statements += 1;
    if (reachesForeignRows(sql)) this.#faults.add(sql);
  };

  /** @throws when a statement could have reached another user's rows */
  assertIsolated(): void {
    if (this.#faults.size === 0) return;
    throw new Error(`statements on user tables without the user's equality:\n${[...this.#faults].join("\n---\n")}`);
  }
}
