import type { TokenRole, TokenScope } from "@keepsake/contract";
import type { Database, Transaction } from "@keepsake/db";
import { apiTokens, installation } from "@keepsake/db/schema";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";

/** What a token's holder may do, with the hash of its secret. */
export interface StoredToken {
  readonly id: string;
  readonly secretHash: string;
  readonly role: TokenRole;
  readonly boundUserId: string | null;
  readonly allowedUserIds: readonly string[] | null;
  readonly scopes: readonly TokenScope[];
  /** On `performance.now()`'s clock: the database has said how long it still holds, whatever this machine's date is. */
  readonly validUntilMs: number | null;
  readonly revokedAt: Date | null;
}

/** @returns null for an id that no token has */
export async function findToken(db: Database, id: string): Promise<StoredToken | null> {
  const { secretHash, role, boundUserId, allowedUserIds, scopes, expiresAt, revokedAt } = apiTokens;
  const leftMs = sql<number | null>`(extract(epoch from ${expiresAt} - now()) * 1000)::float8`;
  const askedMs = performance.now();
  const [row] = await db
    .select({ id: apiTokens.id, secretHash, role, boundUserId, allowedUserIds, scopes, leftMs, revokedAt })
    .from(apiTokens)
    .where(eq(apiTokens.id, id));
  if (!row) return null;
  const { leftMs: left, ...stored } = row;
  return {
    ...stored,
    scopes: row.scopes as TokenScope[],
    validUntilMs: left === null ? null : askedMs + left,
  };
}

/** Goes up with every change of a token; 0 while there has never been one. */
export async function readTokensVersion(db: Database): Promise<number> {
  const [row] = await db.select({ version: installation.tokensVersion }).from(installation);
  return row?.version ?? 0;
}

/** Tells all servers that a token was made or changed, once the transaction commits. */
export async function raiseTokensVersion(tx: Transaction): Promise<void> {
  await tx.update(installation).set({ tokensVersion: sql`${installation.tokensVersion} + 1` });
}

/** Notes that a token was used just now, unless that was noted within the last minute. */
export async function noteTokenUse(db: Database, id: string): Promise<void> {
  const isOld = lt(apiTokens.lastUsedAt, sql`now() - interval '1 minute'`);
  await db
    .update(apiTokens)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiTokens.id, id), or(isNull(apiTokens.lastUsedAt), isOld)));
}
