import { type SQL, sql } from "drizzle-orm";
import { index, jsonb, pgTable, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { interactionId, moment, now, tsvector, userId } from "./columns.ts";
import { dayInWords } from "./day-in-words.ts";

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
    /** Why the model refused this content for good; null otherwise. */
    embeddingFailure: text("embedding_failure"),
    /**
     * Words as in `knowledge.search`, and those of the day on which it was said, so that "what did Ann say in May" finds
     * it. Without positions, which no statement needs and which would make it half as large again.
     */
    search: tsvector("search").generatedAlwaysAs(
      (): SQL => sql`strip(case
        when language like 'en%' then to_tsvector('keepsake_english', content)
        when language is not null then to_tsvector('keepsake_simple', content)
        else to_tsvector('keepsake_english', content) || to_tsvector('keepsake_simple', content)
      end || to_tsvector('keepsake_simple', ${dayInWords}))`,
    ),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    index("conversations_session_idx").on(table.userId, table.sessionId, table.createdAt, table.id),
    index("conversations_created_idx").on(table.userId, table.createdAt),
    index("conversations_interaction_idx").on(table.userId, table.interactionId),
    // With the user in it (btree_gin), a word that everybody uses is looked up among one's own rows alone. New rows wait
    // in a list that every search reads whole until it is merged: 256 kB of it, instead of 4 MB, are read in a moment.
    index("conversations_search_gin_idx")
      .using("gin", table.userId, table.search)
      .with({ gin_pending_list_limit: 256 }),
  ],
);
