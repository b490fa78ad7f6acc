import { pgTable, primaryKey, varchar } from "drizzle-orm/pg-core";
import { interactionId, moment, userId } from "./columns.ts";

/** Questions that some gateway is asking its model right now: equal ones wait for that answer. */
export const cacheFlights = pgTable(
  "cache_flights",
  {
    userId: userId(),
    queryHash: varchar("query_hash", { length: 64 }).notNull(),
    /** Who asks. */
    interactionId: interactionId().notNull(),
    /** From when on nobody waits for it any more. */
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.queryHash] })],
);
