import { pgTable, text } from "drizzle-orm/pg-core";
import { moment, now } from "./columns.ts";

/** Bearer tokens. Only a keyed hash of the secret is kept. Global: a token may speak for several users. */
export const apiTokens = pgTable("api_tokens", {
  /** The public part, by which a token is looked up. */
  id: text("id").primaryKey(),
  /** HMAC-SHA256, hex, of the secret under the installation's `token_key`. */
  secretHash: text("secret_hash").notNull(),
  label: text("label").notNull(),
  role: text("role", { enum: ["user", "gateway", "admin"] }).notNull(),
  /** The one user of a `user` token; null for the other roles. */
  boundUserId: text("bound_user_id"),
  /** The users that a `gateway` token may name; null for every user. */
  allowedUserIds: text("allowed_user_ids").array(),
  scopes: text("scopes").array().notNull(),
  createdAt: moment("created_at").notNull().default(now),
  /** The token that made it; null where the command line or the configuration's token did. */
  createdBy: text("created_by"),
  expiresAt: moment("expires_at"),
  revokedAt: moment("revoked_at"),
  /** Written at most once a minute. */
  lastUsedAt: moment("last_used_at"),
});
