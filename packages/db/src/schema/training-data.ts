import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { interactionId, memoryOrigin, moment, now, userId } from "./columns.ts";

/** Interactions worth learning from. */
export const trainingData = pgTable(
  "training_data",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    interactionId: interactionId(),
    inputText: text("input_text").notNull(),
    outputText: text("output_text").notNull(),
    /** What should have been answered, where somebody said so. */
    correctedText: text("corrected_text"),
    /** 1 (useless) to 5 (just right). */
    feedbackScore: integer("feedback_score"),
    comment: text("comment"),
    interactionType: varchar("interaction_type", { length: 50 }),
    language: varchar("language", { length: 10 }),
    /** Who says that this is a good example: `user`, `import`, `tool` or `assistant`. */
    origin: memoryOrigin(),
    /** 1 at first, one more with every change: an export marks only what it has really written. */
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().default(now),
    updatedAt: moment("updated_at").notNull().default(now),
    /** Whether its current version is in an export that was marked. */
    exported: boolean("exported").notNull().default(false),
    metadata: jsonb("metadata"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    check("training_data_feedback_score_check", sql`feedback_score between 1 and 5`),
    uniqueIndex("training_data_interaction_unique_idx").on(table.userId, table.interactionId),
    index("training_data_feedback_idx").on(table.userId, table.feedbackScore),
    index("training_data_exported_idx").on(table.userId, table.exported),
  ],
);
