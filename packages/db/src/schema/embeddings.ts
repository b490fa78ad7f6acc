import { integer, pgTable, primaryKey, smallint, uuid, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId, vector } from "./columns.ts";

/**
 * All vectors, narrow, so that an exact search reads little. A long text has several, one a piece. Each space gets its
 * own partial HNSW index when it is made (`apps/api/src/platform/embedding-space.ts`), on servers only.
 */
export const embeddings = pgTable(
  "embeddings",
  {
    userId: userId(),
    spaceId: integer("space_id").notNull(),
    itemType: varchar("item_type", { length: 16, enum: ["knowledge", "message"] }).notNull(),
    itemId: uuid("item_id").notNull(),
    /** 0 for the first piece of the text. */
    piece: smallint("piece").notNull().default(0),
    embedding: vector("embedding").notNull(),
    createdAt: moment("created_at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.userId, table.spaceId, table.itemType, table.itemId, table.piece] })],
);
