import { index, jsonb, pgTable, primaryKey, uuid, varchar } from "drizzle-orm/pg-core";
import { interactionId, moment, now, userId } from "./columns.ts";

/** A turn from its begin on: what a later completion, correction or feedback needs to know of it. */
export const interactions = pgTable(
  "interactions",
  {
    userId: userId(),
    interactionId: interactionId().notNull(),
    sessionId: varchar("session_id", { length: 255 }).notNull(),
    /** SHA-256, hex, of the user's text as it was sent: the same id with another text is a mistake. */
    textHash: varchar("text_hash", { length: 64 }).notNull(),
    /** The cache's key of the question. */
    queryHash: varchar("query_hash", { length: 64 }).notNull(),
    intent: varchar("intent", { length: 100 }),
    /** Memories and preferences of the context with their versions; null until they are known. */
    used: jsonb("used"),
    /** The cached answer that was given, or that its own answer became. */
    cacheId: uuid("cache_id"),
    beganAt: moment("began_at").notNull().default(now),
    answeredAt: moment("answered_at"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.interactionId] }),
    index("interactions_session_idx").on(table.userId, table.sessionId),
  ],
);
