import { index, integer, pgTable, primaryKey, varchar } from "drizzle-orm/pg-core";
import { moment, userId } from "./columns.ts";

/**
 * One row a session, changed with every message of it: sessions are listed by their last use, and counting a million
 * messages for that would take seconds.
 */
export const sessions = pgTable(
  "sessions",
  {
    userId: userId(),
    sessionId: varchar("session_id", { length: 255 }).notNull(),
    messages: integer("messages").notNull(),
    startedAt: moment("started_at").notNull(),
    lastMessageAt: moment("last_message_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.sessionId] }),
    index("sessions_used_idx").on(table.userId, table.lastMessageAt, table.sessionId),
  ],
);
