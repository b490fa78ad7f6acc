import { integer, pgTable, primaryKey, real, varchar } from "drizzle-orm/pg-core";
import { anyJson, moment, now, userId } from "./columns.ts";

/**
 * What a preference was before it was changed or deleted, one row a replaced version. By key, so that a key that was
 * deleted and set again keeps one history and never gives a version twice.
 */
export const preferenceVersions = pgTable(
  "preference_versions",
  {
    userId: userId(),
    key: varchar("key", { length: 255 }).notNull(),
    version: integer("version").notNull(),
    value: anyJson("value").notNull(),
    category: varchar("category", { length: 100 }),
    origin: varchar("origin", { length: 16, enum: ["explicit", "learned"] }).notNull(),
    confidence: real("confidence").notNull(),
    recordedAt: moment("recorded_at").notNull(),
    replacedAt: moment("replaced_at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.userId, table.key, table.version] })],
);
