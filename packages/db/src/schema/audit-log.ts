import { integer, jsonb, pgTable, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId } from "./columns.ts";

/**
 * Who changed what, when: one row an effect, written in its transaction, without contents. Triggers refuse to change it,
 * and to delete from it outside of the retention and the erasure of its user.
 */
export const auditLog = pgTable(
  "audit_log",
  {
    /** `$server` for what concerns the server and no user. */
    userId: userId(),
    id: uuid("id").notNull(),
    at: moment("at").notNull().default(now),
    /** Null where no token was asked for. */
    tokenId: text("token_id"),
    role: varchar("role", { length: 16, enum: ["user", "gateway", "admin", "server"] }).notNull(),
    /** Such as `memory.add`. */
    procedure: text("procedure").notNull(),
    /** The first of what was changed: ids as they are, names that a caller chose as a hash. */
    items: text("items").array().notNull(),
    /** How many things were changed. */
    itemCount: integer("item_count").notNull(),
    details: jsonb("details"),
    requestId: text("request_id"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.id] })],
);
