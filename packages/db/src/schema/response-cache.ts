import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId, vector } from "./columns.ts";

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
    tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
    /** The question's vector as a query, for questions of the same meaning, and its space; null until it is made. */
    questionEmbedding: vector("question_embedding"),
    spaceId: integer("space_id"),
    /** How long the answer took to make, milliseconds: what a hit saves. Null where nobody said. */
    generationMs: integer("generation_ms"),
    hitCount: integer("hit_count").notNull().default(0),
    createdAt: moment("created_at").notNull().default(now),
    /** When it was stored or given last: the least recently used leaves first. */
    usedAt: moment("used_at").notNull().default(now),
    lastHitAt: moment("last_hit_at"),
    expiresAt: moment("expires_at"),
    metadata: jsonb("metadata"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    unique("response_cache_hash_unique").on(table.userId, table.queryHash),
    index("response_cache_used_idx").on(table.userId, table.usedAt),
    index("response_cache_expires_idx").on(table.userId, table.expiresAt),
  ],
);
