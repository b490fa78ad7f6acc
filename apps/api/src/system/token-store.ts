import type { ApiToken, TokenRole, TokenScope } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { apiTokens } from "@keepsake/db/schema";
import { and, desc, eq, getTableColumns, isNull, sql } from "drizzle-orm";
import { formatToken, hashSecret, makeToken } from "../platform/token-text.ts";

/** By the database's clock. */
const isExpired = sql<boolean>`coalesce(${apiTokens.expiresAt} <= now(), false)`;
const tokenColumns = { ...getTableColumns(apiTokens), isExpired };
type TokenRow = typeof apiTokens.$inferSelect & { readonly isExpired: boolean };

/** What a new token may do, and for whom. */
export interface TokenDraft {
  readonly label: string;
  readonly role: TokenRole;
  readonly boundUserId: string | null;
  readonly allowedUserIds: readonly string[] | null;
  readonly scopes: readonly TokenScope[];
  readonly expiresAt: Date | null;
  readonly createdBy: string | null;
}

/** A stored token, and the only time that its text is known. */
export interface MadeToken {
  readonly stored: ApiToken;
  readonly text: string;
}

/** Makes a token and stores it. */
export async function addToken(tx: Transaction, draft: TokenDraft, key: Uint8Array): Promise<MadeToken> {
  for (;;) {
    const token = makeToken();
    const secretHash = hashSecret(token.secret, key);
    const allowedUserIds = draft.allowedUserIds && [...draft.allowedUserIds];
    const [row] = await tx
      .insert(apiTokens)
      .values({ ...draft, id: token.id, secretHash, allowedUserIds, scopes: [...draft.scopes] })
      .onConflictDoNothing()
      .returning(tokenColumns);
    // Null: another token has this id, as happens once in a million where there are a million.
    if (row) return { stored: toApiToken(row), text: formatToken(token) };
  }
}

/** @returns null for an id that no token has; its row is locked */
export async function lockToken(tx: Transaction, id: string): Promise<TokenRow | null> {
  const [row] = await tx.select(tokenColumns).from(apiTokens).where(eq(apiTokens.id, id)).for("update");
  return row ?? null;
}

/** A token as it is now. @returns null for an id that no token has */
export async function findApiToken(db: Queryable, id: string): Promise<ApiToken | null> {
  const [row] = await db.select(tokenColumns).from(apiTokens).where(eq(apiTokens.id, id));
  return row ? toApiToken(row) : null;
}

/** Ends a token now. One that has ended already stays as it is. */
export async function endToken(tx: Transaction, id: string): Promise<void> {
  await tx
    .update(apiTokens)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt)));
}

/** Lets a token end after so many seconds, if it does not end before. */
export async function endTokenLater(tx: Transaction, id: string, seconds: number): Promise<void> {
  const end = sql`least(coalesce(${apiTokens.expiresAt}, 'infinity'), now() + make_interval(secs => ${seconds}))`;
  await tx.update(apiTokens).set({ expiresAt: end }).where(eq(apiTokens.id, id));
}

/** Where a page of tokens ends: two may have been made at the same time. */
export interface TokenPlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** Newest first, one more than `limit` where there are more. */
export async function listTokens(db: Queryable, before: TokenPlace | null, limit: number): Promise<ApiToken[]> {
  const { id } = apiTokens;
  // As exact as a cursor tells it.
  const createdAt = sql`date_trunc('milliseconds', ${apiTokens.createdAt})`;
  const isBefore =
    before && sql`(${createdAt}, ${id}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id})`;
  const rows = await db
    .select(tokenColumns)
    .from(apiTokens)
    .where(isBefore ?? undefined)
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1);
  return rows.map(toApiToken);
}

/** As callers see it: without the hash. */
function toApiToken(row: TokenRow): ApiToken {
  const { id, label, role, boundUserId, allowedUserIds, scopes, createdAt, createdBy, expiresAt, revokedAt } = row;
  return {
    id,
    label,
    role,
    userId: boundUserId,
    onlyUsers: allowedUserIds,
    scopes: scopes as TokenScope[],
    state: stateOf(row),
    createdAt,
    createdBy,
    expiresAt,
    revokedAt,
    lastUsedAt: row.lastUsedAt,
  };
}

/** Whether a token is still good for something. */
export function stateOf({ isExpired, revokedAt }: Pick<TokenRow, "isExpired" | "revokedAt">): ApiToken["state"] {
  if (revokedAt !== null) return "revoked";
  return isExpired ? "expired" : "valid";
}
