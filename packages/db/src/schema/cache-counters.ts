import { bigint, doublePrecision, pgTable, text } from "drizzle-orm/pg-core";

const counter = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/**
 * What the response cache did for a user, kept over restarts. At any time the user's entries number
 * `stored - evictions - invalidations - expirations`.
 */
export const cacheCounters = pgTable("cache_counters", {
  userId: text("user_id").primaryKey(),
  hits: counter("hits"),
  misses: counter("misses"),
  /** New entries; an answer stored again for the same question is the same entry. */
  stored: counter("stored"),
  /** Entries that made room for others. */
  evictions: counter("evictions"),
  /** Entries that were taken out: by a caller, or because something they were made from changed. */
  invalidations: counter("invalidations"),
  /** Entries removed after their time. */
  expirations: counter("expirations"),
  secondsSaved: doublePrecision("seconds_saved").notNull().default(0),
});
