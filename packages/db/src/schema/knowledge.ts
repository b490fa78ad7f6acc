import { type SQL, sql } from "drizzle-orm";
import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { interactionId, memoryOrigin, memoryTrust, moment, now, tsvector, userId } from "./columns.ts";

/**
 * What the user knows and wants found again. Its vectors live in `embeddings`: content pushes a vector column out of
 * line, which makes an exact search several times slower (docs/decisions/0004-vectors-in-their-own-table.md).
 */
export const knowledge = pgTable(
  "knowledge",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    content: text("content").notNull(),
    /** SHA-256, hex, of the content's normal form (NFC, trimmed, inner white space as one). */
    contentHash: varchar("content_hash", { length: 64 }).notNull(),
    kind: varchar("kind", { length: 64 }).notNull().default("fact"),
    source: varchar("source", { length: 255 }),
    sourceInteractionId: interactionId("source_interaction_id"),
    /** Who said it: `user`, `import`, `tool` or `assistant`. */
    origin: memoryOrigin(),
    trust: memoryTrust(),
    tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
    language: varchar("language", { length: 10 }),
    importance: real("importance").notNull().default(0.5),
    confidence: real("confidence").notNull().default(1),
    /** Moved by feedback on answers that used it: above 1 it helped, below 1 it misled. */
    weight: real("weight").notNull().default(1),
    metadata: jsonb("metadata"),
    version: integer("version").notNull().default(1),
    validFrom: moment("valid_from").notNull().default(now),
    validTo: moment("valid_to"),
    supersededBy: uuid("superseded_by"),
    /** When the current version was written. */
    recordedAt: moment("recorded_at").notNull().default(now),
    expiresAt: moment("expires_at"),
    createdAt: moment("created_at").notNull().default(now),
    updatedAt: moment("updated_at").notNull().default(now),
    forgottenAt: moment("forgotten_at"),
    /** Why the model refused this content for good; null otherwise. */
    embeddingFailure: text("embedding_failure"),
    /**
     * Stems where the row is known to be English, exact words without diacritics where it is in another language, and
     * both where nobody said: the query brings both forms too.
     */
    search: tsvector("search").generatedAlwaysAs(
      (): SQL => sql`case
        when language like 'en%' then to_tsvector('keepsake_english', content)
        when language is not null then to_tsvector('keepsake_simple', content)
        else to_tsvector('keepsake_english', content) || to_tsvector('keepsake_simple', content)
      end`,
    ),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    // The same content twice is one memory, as long as it is not forgotten.
    uniqueIndex("knowledge_content_unique_idx").on(table.userId, table.contentHash).where(sql`forgotten_at is null`),
    index("knowledge_forgotten_idx").on(table.userId, table.forgottenAt).where(sql`forgotten_at is not null`),
    index("knowledge_search_gin_idx").using("gin", table.search),
    index("knowledge_tags_gin_idx").using("gin", table.tags),
  ],
);
