import { sql } from "drizzle-orm";
import { customType, text, timestamp } from "drizzle-orm/pg-core";

/**
 * pgvector's type without a length, so that vectors of several embedding spaces live in one table. In TypeScript the
 * text form `[0.1,0.2]`: it goes into a statement once and is a quarter of the cost of JSON.
 */
export const vector = customType<{ data: string; driverData: string }>({ dataType: () => "vector" });

/** A full-text search vector. Only ever read by SQL. */
export const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => "tsvector" });

/** Whose row it is; the first column of every key. */
export const userId = () => text("user_id").notNull();

/** A point in time with its zone, as a `Date`. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** The database's clock at the start of the transaction. */
export const now = sql`now()`;
