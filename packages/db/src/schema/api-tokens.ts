import { pgTable, text } from "drizzle-orm/pg-core";
import { moment, now } from "./columns.ts";

/** Bearer tokens. Only a hash of the secret is kept. Global: a token may speak for several users. */
export const apiTokens = pgTable("api_tokens", {
  /** The public part, by which a token is looked up. */
  id: text("id").primaryKey(),
  secretHash: text("secret_hash").notNull(),
  label: text("label").notNull(),
  role: text("role", { enum: ["user", "gateway", "admin"] }).notNull(),
  /** The one user of a `user` token; null for the other roles. */
  boundUserId: text("bound_user_id"),
  scopes: text("scopes").array().notNull(),
  createdAt: moment("created_at").notNull().default(now),
  expiresAt: moment("expires_at"),
  revokedAt: moment("revoked_at"),
  lastUsedAt: moment("last_used_at"),
});
