import type { Preference, PreferenceVersion } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { preferences, preferenceVersions } from "@keepsake/db/schema";
import { and, desc, eq, gte, lt, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Actor } from "../platform/actor.ts";
import { auditErased } from "../platform/audit.ts";
import { eraseAnswersNaming } from "../platform/kept-answers.ts";
import { ownedBy } from "../platform/owned.ts";
import { toColumns, withJson } from "./preference-row.ts";

const columns = {
  version: preferenceVersions.version,
  value: preferenceVersions.value,
  category: preferenceVersions.category,
  origin: preferenceVersions.origin,
  confidence: preferenceVersions.confidence,
  recordedAt: preferenceVersions.recordedAt,
  replacedAt: preferenceVersions.replacedAt,
};

/** Keeps what a preference was until `replacedAt`. */
export async function keepVersion(actor: Actor, tx: Transaction, was: Preference, replacedAt: Date): Promise<void> {
  const { key, version, updatedAt: recordedAt } = was;
  const row = { userId: actor.userId, key, version, ...toColumns(was), recordedAt, replacedAt };
  await tx.insert(preferenceVersions).values(row);
}

/** Replaced and deleted versions of a key below `before`, newest first. */
export async function listVersions(
  actor: Actor,
  db: Queryable,
  key: string,
  { before, limit }: { before: number | null; limit: number },
): Promise<PreferenceVersion[]> {
  const isBefore = before === null ? undefined : lt(preferenceVersions.version, before);
  const rows = await db
    .select(columns)
    .from(preferenceVersions)
    .where(and(ownedBy(actor, preferenceVersions), eq(preferenceVersions.key, key), isBefore))
    .orderBy(desc(preferenceVersions.version))
    .limit(limit);
  return rows.map(withJson);
}

/** Erases the history of keys that were deleted before a time and not set again. @returns how many versions */
export async function eraseDeleted(actor: Actor, tx: Transaction, before: Date): Promise<number> {
  const one = { one: sql`1` };
  const { key, replacedAt } = preferenceVersions;
  const later = alias(preferenceVersions, "later");
  const laterVersion = tx
    .select(one)
    .from(later)
    .where(and(ownedBy(actor, later), eq(later.key, key), gte(later.replacedAt, before)));
  const living = tx
    .select(one)
    .from(preferences)
    .where(and(ownedBy(actor, preferences), eq(preferences.key, key)));
  const rows = await tx
    .delete(preferenceVersions)
    .where(and(ownedBy(actor, preferenceVersions), lt(replacedAt, before), notExists(laterVersion), notExists(living)))
    .returning({ key });
  const keys = [...new Set(rows.map((row) => row.key))];
  await eraseAnswersNaming(actor, tx, { router: "preferences", field: "key", values: keys });
  await auditErased(actor, tx, "preferences", keys);
  return rows.length;
}
