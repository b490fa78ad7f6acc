import { foreignKey, index, pgTable, primaryKey, uuid, varchar } from "drizzle-orm/pg-core";
import { userId } from "./columns.ts";
import { responseCache } from "./response-cache.ts";

/** What a cached answer was made from: when the item changes, the answer goes in the same transaction. */
export const cacheDependencies = pgTable(
  "cache_dependencies",
  {
    userId: userId(),
    itemType: varchar("item_type", { length: 16, enum: ["memory", "preference"] }).notNull(),
    /** A memory's id, or a preference's key. */
    item: varchar("item", { length: 255 }).notNull(),
    cacheId: uuid("cache_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.itemType, table.item, table.cacheId] }),
    foreignKey({
      name: "cache_dependencies_response_fk",
      columns: [table.userId, table.cacheId],
      foreignColumns: [responseCache.userId, responseCache.id],
    }).onDelete("cascade"),
    index("cache_dependencies_response_idx").on(table.userId, table.cacheId),
  ],
);
