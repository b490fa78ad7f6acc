import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId } from "./columns.ts";

/** Answers that may be given again. */
export const responseCache = pgTable(
  "response_cache",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    /** SHA-256, hex, of user, language and normalised text. */
    queryHash: varchar("query_hash", { length: 64 }).notNull(),
    queryText: text("query_text").notNull(),
    response: text("response").notNull(),
    language: varchar("language", { length: 10 }),
    hitCount: integer("hit_count").notNull().default(0),
    createdAt: moment("created_at").notNull().default(now),
    lastHitAt: moment("last_hit_at"),
    expiresAt: moment("expires_at"),
    metadata: jsonb("metadata"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    unique("response_cache_hash_unique").on(table.userId, table.queryHash),
    index("response_cache_expires_idx").on(table.userId, table.expiresAt),
  ],
);
