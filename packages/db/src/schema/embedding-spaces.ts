import { sql } from "drizzle-orm";
import { integer, pgTable, text, unique, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, now } from "./columns.ts";

/**
 * Model, dimensions and the way texts are prepared: vectors are comparable only inside one space. Global: a space
 * belongs to the installation. Exactly one is active, the one that queries use.
 */
export const embeddingSpaces = pgTable(
  "embedding_spaces",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    model: text("model").notNull(),
    dimensions: integer("dimensions").notNull(),
    /** How texts are prefixed and vectors are cut, with its version, such as `nomic-v1`. */
    recipe: text("recipe").notNull(),
    state: text("state", { enum: ["building", "active", "retired"] }).notNull(),
    createdAt: moment("created_at").notNull().default(now),
    activatedAt: moment("activated_at"),
  },
  (table) => [
    unique("embedding_spaces_description_unique").on(table.model, table.dimensions, table.recipe),
    uniqueIndex("embedding_spaces_one_active_idx").on(table.state).where(sql`state = 'active'`),
  ],
);
