/** One environment variable, as README and `.env.example` list it. */
export interface ConfigVariable {
  readonly name: string;
  /** What holds when it is not set; empty for nothing. */
  readonly fallback: string;
  readonly meaning: string;
}

/** Commands and questions after a state, in the words of gateways and of Home Assistant. */
export const CACHE_NEVER_INTENTS =
  "command,turn_*,toggle*,set,set_*,dim,open,open_*,close,close_*,lock,unlock,arm_*,disarm*,start,start_*,stop,stop_*,pause,play,play_*,media_*,volume_*,alarm_*,timer_*,*_state,*_status,time,date,Hass*";

/** Every variable that the server reads. `config.ts` reads no other; tests compare README and `.env.example` with it. */
export const CONFIG_VARIABLES = [
  {
    name: "HOST",
    fallback: "127.0.0.1",
    meaning:
      "Address to listen on. A wider one than loopback needs a token: KEEPSAKE_ADMIN_TOKEN, or one made by keepsake token create.",
  },
  { name: "PORT", fallback: "8080", meaning: "Port to listen on; 0 takes a free one." },
  {
    name: "DATABASE_URL",
    fallback: "",
    meaning:
      "A PostgreSQL server (16 or newer, pgvector 0.8 or newer), as postgres://user:password@host:port/database. Without it and without POSTGRES_HOST the embedded PostgreSQL is used.",
  },
  { name: "DATABASE_URL_FILE", fallback: "", meaning: "A file that holds the address, instead of DATABASE_URL." },
  { name: "POSTGRES_HOST", fallback: "", meaning: "The server's host, instead of DATABASE_URL." },
  { name: "POSTGRES_PORT", fallback: "5432", meaning: "The server's port, with POSTGRES_HOST." },
  { name: "POSTGRES_USER", fallback: "ai_assistant", meaning: "The server's user, with POSTGRES_HOST." },
  { name: "POSTGRES_PASSWORD", fallback: "", meaning: "The user's password, with POSTGRES_HOST." },
  {
    name: "POSTGRES_PASSWORD_FILE",
    fallback: "",
    meaning: "A file that holds the password, instead of POSTGRES_PASSWORD.",
  },
  { name: "POSTGRES_DB", fallback: "ai_assistant", meaning: "The database, with POSTGRES_HOST." },
  {
    name: "DATABASE_POOL_SIZE",
    fallback: "10",
    meaning:
      "Connections to a PostgreSQL server that callers share, at most (2 to 100); background work, exports, health and tokens have seven of their own.",
  },
  {
    name: "DATABASE_STATEMENT_TIMEOUT_MS",
    fallback: "4000",
    meaning:
      "A PostgreSQL server ends a statement after so long; half a second more, and a call is answered that the database has not finished.",
  },
  {
    name: "KEEPSAKE_DURABILITY",
    fallback: "required",
    meaning:
      "required refuses a PostgreSQL server that may lose what it acknowledged (fsync, full_page_writes or synchronous_commit off); relaxed uses it, and /readyz says so.",
  },
  { name: "KEEPSAKE_DATA_DIR", fallback: "./data", meaning: "Where the embedded PostgreSQL keeps its data." },
  {
    name: "KEEPSAKE_BACKUP_DIR",
    fallback: "",
    meaning:
      "Where backups are. Without it the embedded home has them in backups below its data folder, and a PostgreSQL server none; better on another disk.",
  },
  {
    name: "BACKUP_AT",
    fallback: "02:30",
    meaning:
      "When the daily backup is made, in the time zone of TZ. off leaves that to others, and only tells of their backups.",
  },
  {
    name: "BACKUP_KEEP",
    fallback: "14/8/6",
    meaning: "Of how many days, weeks and months the last backup is kept.",
  },
  {
    name: "OLLAMA_URL",
    fallback: "",
    meaning: "Ollama's address, such as http://127.0.0.1:11434. Without it search goes by words alone.",
  },
  { name: "EMBEDDING_MODEL", fallback: "nomic-embed-text", meaning: "The embedding model's name in Ollama." },
  {
    name: "EMBEDDING_DIMENSIONS",
    fallback: "384",
    meaning: "Length of the vectors; 64 to 768 for nomic-embed-text. Another one gives all memories new vectors.",
  },
  {
    name: "EMBEDDING_QUERY_TIMEOUT_MS",
    fallback: "1500",
    meaning: "How long a search waits for its embedding before it goes by words alone.",
  },
  {
    name: "SEARCH_EXACT_ROWS_MAX",
    fallback: "10000",
    meaning: "Users with at most so many vectors are searched exactly, the others by the HNSW index.",
  },
  { name: "FORGET_RETENTION_DAYS", fallback: "30", meaning: "Days until something forgotten is erased for good." },
  {
    name: "KEEPSAKE_UNSAID_PER_HOUR",
    fallback: "120",
    meaning:
      "Memories that tools and the assistant may add for one user within an hour; what people say and imports are not counted.",
  },
  { name: "AUDIT_RETENTION_DAYS", fallback: "180", meaning: "Days that the audit trail tells of a change." },
  {
    name: "CACHE_TTL_SECONDS",
    fallback: "3600",
    meaning: "How long a cached answer may be given when its caller does not say.",
  },
  {
    name: "CACHE_MAX_ENTRIES",
    fallback: "1000",
    meaning: "Cached answers of one user, at most; beyond, the least recently used leaves.",
  },
  {
    name: "CACHE_SEMANTIC",
    fallback: "off",
    meaning:
      "on gives a cached answer to a question of the same meaning too, when numbers, names, negations and opposites agree.",
  },
  {
    name: "CACHE_SIMILARITY_MIN",
    fallback: "0.95",
    meaning: "Cosine similarity that two questions need at least to share an answer, with CACHE_SEMANTIC.",
  },
  {
    name: "CACHE_NEVER_INTENTS",
    fallback: CACHE_NEVER_INTENTS,
    meaning:
      "Intents whose answers are never cached, since they change the home or tell its state, separated by commas. A * stands for any characters; turn_on is TurnOn and light.turn_on too.",
  },
  {
    name: "KEEPSAKE_ADMIN_TOKEN",
    fallback: "",
    meaning:
      "A secret of 24 characters or more. Once set, every call has to send it as a Bearer token; only /healthz, the landing page, /docs and /openapi.json are open.",
  },
  {
    name: "KEEPSAKE_ADMIN_TOKEN_FILE",
    fallback: "",
    meaning: "A file that holds the token, instead of KEEPSAKE_ADMIN_TOKEN.",
  },
  {
    name: "KEEPSAKE_ALLOWED_HOSTS",
    fallback: "",
    meaning: "Names besides localhost under which a server without a token may be called, separated by commas.",
  },
  {
    name: "LIMIT_CALLS_PER_SECOND",
    fallback: "500",
    meaning: "Calls of one token in a second; more are answered with 429. A batch counts as its calls.",
  },
  {
    name: "LIMIT_CALLS_PER_MINUTE",
    fallback: "30000",
    meaning: "Calls of one token in a minute.",
  },
  {
    name: "LIMIT_CALLS_AT_ONCE",
    fallback: "256",
    meaning: "Calls under way, of all callers; more are answered with 503. One token has half of them.",
  },
  {
    name: "LIMIT_EVENT_LOOP_DELAY_MS",
    fallback: "200",
    meaning: "With so much delay of the event loop, calls beyond the first 32 under way are answered with 503.",
  },
  { name: "LIMIT_CONNECTIONS", fallback: "4096", meaning: "Open connections; further ones are closed at once." },
  { name: "LOG_LEVEL", fallback: "info", meaning: "debug, info, warn, error or silent." },
  { name: "LOG_FORMAT", fallback: "text", meaning: "text for people, json for collectors." },
] as const satisfies readonly ConfigVariable[];

/** The name of a variable that the server reads. */
export type ConfigVariableName = (typeof CONFIG_VARIABLES)[number]["name"];
