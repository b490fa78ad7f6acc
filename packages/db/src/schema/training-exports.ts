import { bigint, foreignKey, integer, jsonb, pgTable, primaryKey, uuid, varchar } from "drizzle-orm/pg-core";
import { moment, now, userId } from "./columns.ts";

/** One export each: what was asked for and what was written. */
export const trainingExports = pgTable(
  "training_exports",
  {
    userId: userId(),
    id: uuid("id").notNull(),
    format: varchar("format", { length: 32 }).notNull(),
    /** Filters, split and redaction, as they were asked for. */
    options: jsonb("options").notNull(),
    /** Null until the last line is written. */
    counts: jsonb("counts"),
    bytes: bigint("bytes", { mode: "number" }),
    /** SHA-256, hex, of all lines. Null until the last one is written. */
    sha256: varchar("sha256", { length: 64 }),
    createdAt: moment("created_at").notNull().default(now),
    completedAt: moment("completed_at"),
    markedAt: moment("marked_at"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.id] })],
);

/** What an export has written, until it is marked. */
export const trainingExportRows = pgTable(
  "training_export_rows",
  {
    userId: userId(),
    exportId: uuid("export_id").notNull(),
    exampleId: uuid("example_id").notNull(),
    /** The version that was written: a later one is not exported yet. */
    version: integer("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.exportId, table.exampleId] }),
    foreignKey({
      name: "training_export_rows_export_fk",
      columns: [table.userId, table.exportId],
      foreignColumns: [trainingExports.userId, trainingExports.id],
    }).onDelete("cascade"),
  ],
);
