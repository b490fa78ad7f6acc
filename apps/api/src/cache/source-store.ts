import type { Transaction } from "@keepsake/db";
import { knowledge, preferences } from "@keepsake/db/schema";
import { and, asc, isNull, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** A source as it is now. */
export interface LockedSource {
  readonly item: string;
  readonly version: number;
  /** When it stops being true; null when nobody said. */
  readonly until: Date | null;
}

/** A time that is not over yet, or none. */
const isAhead = (moment: SQL | typeof knowledge.validTo) =>
  sql`(${moment} is null or ${moment} > statement_timestamp())`;

/**
 * Memories that are true now, locked against changes until the transaction ends. In the order in which adding locks
 * them, by the hash of their contents, so that nobody waits for each other. What is gone or forgotten is left out.
 */
export async function lockMemories(actor: Actor, tx: Transaction, ids: readonly string[]): Promise<LockedSource[]> {
  if (ids.length === 0) return [];
  return tx
    .select({
      item: knowledge.id,
      version: knowledge.version,
      until: sql<Date | null>`least(${knowledge.expiresAt}, ${knowledge.validTo})`.mapWith(knowledge.expiresAt),
    })
    .from(knowledge)
    .where(
      and(
        ownedBy(actor, knowledge),
        sql`${knowledge.id} = any(${sql.param(ids)}::uuid[])`,
        isNull(knowledge.forgottenAt),
        isAhead(knowledge.expiresAt),
        isAhead(knowledge.validTo),
      ),
    )
    .orderBy(asc(knowledge.contentHash))
    .for("share");
}

/** Preferences that are set, locked against changes until the transaction ends, in the order of their keys. */
export async function lockPreferences(actor: Actor, tx: Transaction, keys: readonly string[]): Promise<LockedSource[]> {
  if (keys.length === 0) return [];
  const rows = await tx
    .select({ item: preferences.key, version: preferences.version })
    .from(preferences)
    .where(and(ownedBy(actor, preferences), sql`${preferences.key} = any(${sql.param(keys)}::text[])`))
    .orderBy(asc(preferences.key))
    .for("share");
  return rows.map((row) => ({ ...row, until: null }));
}
