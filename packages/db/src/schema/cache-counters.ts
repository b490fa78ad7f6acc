import { bigint, doublePrecision, pgTable, text } from "drizzle-orm/pg-core";

/** What the response cache did for a user, kept over restarts. */
export const cacheCounters = pgTable("cache_counters", {
  userId: text("user_id").primaryKey(),
  hits: bigint("hits", { mode: "number" }).notNull().default(0),
  misses: bigint("misses", { mode: "number" }).notNull().default(0),
  evictions: bigint("evictions", { mode: "number" }).notNull().default(0),
  secondsSaved: doublePrecision("seconds_saved").notNull().default(0),
});
