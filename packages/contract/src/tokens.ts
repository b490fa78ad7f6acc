import { z } from "zod";
import { TOKEN_ROLES, TOKEN_SCOPES } from "./access.ts";
import { filledText, IdempotencyKey, pageFields, Timestamp } from "./fields.ts";
import * as limits from "./limits.ts";

/** The public part of a token, between `ks_` and its secret. */
export const TokenId = z.string().regex(/^[0-9a-z]{8}$/, "must be the 8 letters and digits behind ks_");

/** A user, as the `x-keepsake-user` header names one. */
export const UserId = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9._:@-]{1,${limits.USER_ID_CHARS_MAX}}$`),
    `must be 1 to ${limits.USER_ID_CHARS_MAX} letters, digits or . _ : @ -`,
  );

/** What is known of a token. Its secret is not: only its maker has seen it. */
export const ApiToken = z.object({
  id: z.string(),
  /** For what or whom it was made. */
  label: z.string(),
  role: z.enum(TOKEN_ROLES),
  /** The user that it speaks for; of the role `user` alone. */
  userId: z.string().nullable(),
  /** The users that it may speak for; null for every user. Of the role `gateway` alone. */
  onlyUsers: z.array(z.string()).nullable(),
  scopes: z.array(z.enum(TOKEN_SCOPES)),
  state: z.enum(["valid", "expired", "revoked"]),
  createdAt: z.date(),
  /** The token that made it; null where the command line did. */
  createdBy: z.string().nullable(),
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
  /** To the minute. */
  lastUsedAt: z.date().nullable(),
});
export type ApiToken = z.infer<typeof ApiToken>;

const Scopes = z
  .array(z.enum(TOKEN_SCOPES))
  .min(1, "must name a scope")
  .max(TOKEN_SCOPES.length)
  .transform((scopes) => TOKEN_SCOPES.filter((scope) => scopes.includes(scope)));

export const CreateTokenInput = z
  .strictObject({
    label: filledText(limits.TOKEN_LABEL_CHARS_MAX),
    /** `user` speaks for the user that the call's `x-keepsake-user` header names. */
    role: z.enum(TOKEN_ROLES),
    /** What it may do. Without them all that its maker may. */
    scopes: Scopes.exactOptional(),
    /** The users that a `gateway` may speak for; without them every user. */
    onlyUsers: z.array(UserId).min(1).max(limits.TOKEN_USERS_MAX).exactOptional(),
    /** From when on it is good for nothing; without it never, or with the token that makes it, which it cannot outlive. */
    expiresAt: Timestamp.exactOptional(),
    idempotencyKey: IdempotencyKey.exactOptional(),
  })
  .refine(({ role, onlyUsers }) => role === "gateway" || onlyUsers === undefined, {
    path: ["onlyUsers"],
    message: "belongs to the role gateway",
  });
export type CreateTokenInput = z.infer<typeof CreateTokenInput>;

/** A new token. */
export const CreatedToken = ApiToken.extend({
  /** The token itself, this once. Null in the answer to a retry: the secret is stored nowhere. Then rotate the token. */
  token: z.string().nullable(),
});
export type CreatedToken = z.infer<typeof CreatedToken>;

export const RevokeTokenInput = z.strictObject({ id: TokenId, idempotencyKey: IdempotencyKey.exactOptional() });
export type RevokeTokenInput = z.infer<typeof RevokeTokenInput>;

export const RotateTokenInput = z.strictObject({
  id: TokenId,
  /** How long the old one is good for besides, seconds: time to hand the new one out. */
  overlapSeconds: z.int().min(0).max(limits.TOKEN_OVERLAP_SECONDS_MAX).default(0),
  idempotencyKey: IdempotencyKey.exactOptional(),
});
export type RotateTokenInput = z.infer<typeof RotateTokenInput>;

export const ListTokensInput = z.strictObject({ ...pageFields });
export type ListTokensInput = z.infer<typeof ListTokensInput>;

/** Newest first; `nextCursor` is null on the last page. */
export const TokenPage = z.object({ items: z.array(ApiToken), nextCursor: z.string().nullable() });
export type TokenPage = z.infer<typeof TokenPage>;
