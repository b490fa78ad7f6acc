import { sql } from "drizzle-orm";
import { customType, smallint, text, timestamp, varchar } from "drizzle-orm/pg-core";

/**
 * pgvector's type without a length, so that vectors of several embedding spaces live in one table. In TypeScript the
 * text form `[0.1,0.2]`: it goes into a statement once and is a quarter of the cost of JSON.
 */
export const vector = customType<{ data: string; driverData: string }>({ dataType: () => "vector" });

/** A full-text search vector. Only ever read by SQL. */
export const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => "tsvector" });

/**
 * Any JSON value, as it is. Drizzle's own `jsonb` parses once more what the driver has parsed, so that the text `"5"`
 * would come back as the number 5. A JSON null has to be written as `'null'::jsonb`: a plain null is SQL's.
 */
export const anyJson = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "jsonb",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value,
});

/** Who a text comes from; `trust` below follows from it. */
export const memoryOrigin = (name = "origin") => varchar(name, { length: 16 }).notNull().default("user");

/** 0 to 3: how far a text is believed, by who it comes from. What no rule knows is believed least. */
export const memoryTrust = (name = "trust") =>
  smallint(name)
    .notNull()
    .generatedAlwaysAs(sql`case origin when 'user' then 3 when 'import' then 2 when 'tool' then 1 else 0 end`);

/** Names a user message with the answers to it: an id that the server made, or the gateway's own. */
export const interactionId = (name = "interaction_id") => varchar(name, { length: 255 });

/** Whose row it is; the first column of every key. */
export const userId = () => text("user_id").notNull();

/** A point in time with its zone, as a `Date`. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** The database's clock at the start of the transaction. */
export const now = sql`now()`;
