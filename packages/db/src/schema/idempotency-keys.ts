import { jsonb, pgTable, primaryKey, text, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId } from "./columns.ts";

/** Answers to writes that may be sent again, stored in the transaction of their effect. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: userId(),
    key: varchar("key", { length: 255 }).notNull(),
    procedure: text("procedure").notNull(),
    /** SHA-256, hex, of the input. */
    inputHash: varchar("input_hash", { length: 64 }).notNull(),
    response: jsonb("response"),
    createdAt: moment("created_at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.userId, table.key] })],
);
