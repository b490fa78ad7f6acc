import { index, integer, pgTable, primaryKey, real, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { anyJson, moment, now, userId } from "./columns.ts";

/** Settings and learned habits: a key with any JSON value, such as `entity_alias.my_office`. */
export const preferences = pgTable(
  "preferences",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    key: varchar("key", { length: 255 }).notNull(),
    value: anyJson("value").notNull(),
    category: varchar("category", { length: 100 }),
    origin: varchar("origin", { length: 16, enum: ["explicit", "learned"] })
      .notNull()
      .default("explicit"),
    confidence: real("confidence").notNull().default(1),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().default(now),
    updatedAt: moment("updated_at").notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    unique("preferences_key_unique").on(table.userId, table.key),
    index("preferences_category_idx").on(table.userId, table.category),
  ],
);
