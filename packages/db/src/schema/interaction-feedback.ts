import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { interactionId, moment, now, userId } from "./columns.ts";

/**
 * What people said of an interaction, the last word of each. It may come before the messages do: the training example
 * is made when both are there.
 */
export const interactionFeedback = pgTable(
  "interaction_feedback",
  {
    userId: userId(),
    interactionId: interactionId().notNull(),
    /** 1 (useless) to 5 (just right). */
    score: integer("score").notNull(),
    comment: text("comment"),
    /** The id that the example will have, told when the feedback comes. Null in rows of before. */
    exampleId: uuid("example_id"),
    /** Kept for the example that is made later. */
    interactionType: varchar("interaction_type", { length: 50 }),
    createdAt: moment("created_at").notNull().default(now),
    updatedAt: moment("updated_at").notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.interactionId] }),
    check("interaction_feedback_score_check", sql`score between 1 and 5`),
  ],
);
