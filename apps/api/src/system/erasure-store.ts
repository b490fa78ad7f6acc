import type { Database, Transaction } from "@keepsake/db";
import * as schema from "@keepsake/db/schema";
import { apiTokens, auditLog, users } from "@keepsake/db/schema";
import { and, eq, getTableColumns, is, isNotNull, lt, sql } from "drizzle-orm";
import { type AnyPgColumn, getTableConfig, PgTable } from "drizzle-orm/pg-core";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { raiseTokensVersion } from "../platform/token-store.ts";

type UserTable = PgTable & { readonly userId: AnyPgColumn };

const isUserTable = (table: unknown): table is UserTable => is(table, PgTable) && "userId" in getTableColumns(table);

/** How many tables a table points at: rows that point at others go before those. */
const references = (table: PgTable): number => getTableConfig(table).foreignKeys.length;

/** Every table of a user's rows but the register, read from the schema, so that a new one is erased without being named. */
export const ERASED_TABLES: readonly UserTable[] = (Object.values(schema) as unknown[])
  .filter(isUserTable)
  .filter((table) => table !== (users as unknown))
  .sort((one, other) => references(other) - references(one));

/** The lock that the triggers of migration 0007 share: (this number, the hash of the user's id). */
const WRITERS_LOCK = 541_700_391;

/**
 * Marks a user as being erased, in a transaction of its own. Who writes for it right now is waited for; whoever comes
 * after is refused by the database.
 */
export async function markErasing({ userId }: Actor, tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${WRITERS_LOCK}, hashtext(${userId}))`);
  await tx
    .update(users)
    .set({ erasingSince: sql`coalesce(${users.erasingSince}, now())` })
    .where(eq(users.userId, userId));
}

/**
 * Keeps the mark from being taken away until the transaction ends.
 *
 * @returns false when it has been: the user is erased, and what is written since then is somebody's new beginning
 */
export async function holdMark({ userId }: Actor, tx: Transaction, strength: "share" | "update"): Promise<boolean> {
  const isMarked = and(eq(users.userId, userId), isNotNull(users.erasingSince));
  const rows = await tx.select({ userId: users.userId }).from(users).where(isMarked).for(strength);
  return rows.length > 0;
}

/** Deletes some of a user's rows of a table. @returns how many they were; 0 when none are left */
export async function erasePage(actor: Actor, tx: Transaction, table: UserTable, rowsMax: number): Promise<number> {
  await allowAuditErasure(tx);
  // Waits for rows that somebody else is just deleting, and takes others in their place: 0 means that none are left.
  const page = sql`select ctid from ${table} where ${ownedBy(actor, table)} limit ${rowsMax} for update`;
  const deleted = await tx.execute(
    sql`delete from ${table} where ${ownedBy(actor, table)} and ctid = any(array(${page}))`,
  );
  return deleted.count;
}

/**
 * Takes the user's name out of the tokens: its own go, and gateways may no longer speak for it. Then takes it off the
 * register.
 *
 * @returns false when somebody else has done it
 */
export async function removeUser({ userId }: Actor, tx: Transaction): Promise<boolean> {
  await tx.delete(apiTokens).where(eq(apiTokens.boundUserId, userId));
  await tx
    .update(apiTokens)
    .set({ allowedUserIds: sql`array_remove(${apiTokens.allowedUserIds}, ${userId})` })
    .where(sql`${userId} = any(${apiTokens.allowedUserIds})`);
  await raiseTokensVersion(tx);
  const removed = await tx.delete(users).where(eq(users.userId, userId)).returning({ userId: users.userId });
  return removed.length > 0;
}

/** Users whose erasure has begun longer ago, and was perhaps interrupted. */
export async function listUnfinished(db: Database, olderThanSeconds: number): Promise<Actor[]> {
  const isOld = lt(users.erasingSince, sql`now() - make_interval(secs => ${olderThanSeconds})`);
  return db
    .select({ userId: users.userId })
    .from(users)
    .where(and(isNotNull(users.erasingSince), isOld));
}

/** Deletes entries of a user's trail that are older than so many days, some at a time. @returns how many they were */
export async function pruneAudit(actor: Actor, tx: Transaction, days: number, rowsMax: number): Promise<number> {
  await allowAuditErasure(tx);
  const isOld = lt(auditLog.at, sql`now() - make_interval(days => ${days})`);
  const page = sql`select ctid from ${auditLog} where ${ownedBy(actor, auditLog)} and ${isOld}
    order by ${auditLog.id} limit ${rowsMax}`;
  const deleted = await tx.execute(
    sql`delete from ${auditLog} where ${ownedBy(actor, auditLog)} and ctid = any(array(${page}))`,
  );
  return deleted.count;
}

/** For this transaction: the trail is append-only to everything else. */
async function allowAuditErasure(tx: Transaction): Promise<void> {
  await tx.execute(sql`select set_config('keepsake.audit_erasure', 'allowed', true)`);
}
