/**
 * What every session runs with, on both homes. They are given with the start of the session, before pgvector is loaded
 * or even installed: PostgreSQL keeps settings with a prefix that it does not know yet.
 */
export const SESSION_SETTINGS = {
  application_name: "keepsake",
  TimeZone: "UTC",
  // A filtered search over HNSW goes on until it has its k rows, instead of giving up after the first candidates.
  "hnsw.iterative_scan": "strict_order",
  "hnsw.ef_search": "100",
  // Our statements take milliseconds, compiling them takes longer.
  jit: "off",
} as const;
