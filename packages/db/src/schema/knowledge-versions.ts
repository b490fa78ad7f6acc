import { foreignKey, integer, jsonb, pgTable, primaryKey, real, text, uuid, varchar } from "drizzle-orm/pg-core";
import { memoryOrigin, moment, now, userId } from "./columns.ts";
import { knowledge } from "./knowledge.ts";

/** What a memory said before it was changed, one row a replaced version. */
export const knowledgeVersions = pgTable(
  "knowledge_versions",
  {
    userId: userId(),
    knowledgeId: uuid("knowledge_id").notNull(),
    version: integer("version").notNull(),
    content: text("content").notNull(),
    kind: varchar("kind", { length: 64 }).notNull(),
    source: varchar("source", { length: 255 }),
    origin: memoryOrigin(),
    tags: text("tags").array().notNull(),
    language: varchar("language", { length: 10 }),
    importance: real("importance").notNull(),
    confidence: real("confidence").notNull(),
    metadata: jsonb("metadata"),
    validFrom: moment("valid_from").notNull(),
    validTo: moment("valid_to"),
    recordedAt: moment("recorded_at").notNull(),
    replacedAt: moment("replaced_at").notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.knowledgeId, table.version] }),
    foreignKey({
      name: "knowledge_versions_knowledge_fk",
      columns: [table.userId, table.knowledgeId],
      foreignColumns: [knowledge.userId, knowledge.id],
    }).onDelete("cascade"),
  ],
);
