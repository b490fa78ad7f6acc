import { index, jsonb, pgTable, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { interactionId, moment, now, userId } from "./columns.ts";

/** Every message of every session. A user message and the answers to it share an interaction. */
export const conversations = pgTable(
  "conversations",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    sessionId: varchar("session_id", { length: 255 }).notNull(),
    interactionId: interactionId().notNull(),
    role: varchar("role", { length: 50, enum: ["user", "assistant", "system", "tool"] }).notNull(),
    content: text("content").notNull(),
    language: varchar("language", { length: 10 }),
    intent: varchar("intent", { length: 100 }),
    createdAt: moment("created_at").notNull().default(now),
    metadata: jsonb("metadata"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    index("conversations_session_idx").on(table.userId, table.sessionId, table.id),
    index("conversations_created_idx").on(table.userId, table.createdAt),
    index("conversations_interaction_idx").on(table.userId, table.interactionId),
  ],
);
