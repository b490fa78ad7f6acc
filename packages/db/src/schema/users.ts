import { pgTable, text } from "drizzle-orm/pg-core";
import { moment, now } from "./columns.ts";

/** Whose memory there is: a person or the household. A user comes into being with the first write. */
export const users = pgTable("users", {
  userId: text("user_id").primaryKey(),
  createdAt: moment("created_at").notNull().default(now),
  /** Set while everything of the user is being erased: triggers then refuse its writes. */
  erasingSince: moment("erasing_since"),
});
