import type { ListPreferencesInput, Preference } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { preferences, preferenceVersions } from "@keepsake/db/schema";
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { type PreferenceContent, toColumns, withJson } from "./preference-row.ts";

const columns = {
  key: preferences.key,
  value: preferences.value,
  category: preferences.category,
  origin: preferences.origin,
  confidence: preferences.confidence,
  version: preferences.version,
  createdAt: preferences.createdAt,
  updatedAt: preferences.updatedAt,
};

/** The clock after the wait for a lock, so that the times of versions grow as their numbers do. */
const afterLock = sql`statement_timestamp()`;

const withKey = (actor: Actor, key: string) => and(ownedBy(actor, preferences), eq(preferences.key, key));

/** Preferences by key, in no order. Unknown keys are left out. */
export async function findPreferences(actor: Actor, db: Queryable, keys: readonly string[]): Promise<Preference[]> {
  if (keys.length === 0) return [];
  const rows = await db
    .select(columns)
    .from(preferences)
    .where(and(ownedBy(actor, preferences), inArray(preferences.key, [...keys])));
  return rows.map(withJson);
}

/** A preference, locked until the transaction ends; null when there is none. */
export async function lockPreference(actor: Actor, tx: Transaction, key: string): Promise<Preference | null> {
  const [row] = await tx.select(columns).from(preferences).where(withKey(actor, key)).for("update");
  return row ? withJson(row) : null;
}

/**
 * Adds a preference. Its version goes on where the history of its key ends.
 *
 * @returns null when another caller has added this key meanwhile
 */
export async function addPreference(
  actor: Actor,
  tx: Transaction,
  key: string,
  content: PreferenceContent,
): Promise<Preference | null> {
  const lastVersion = tx
    .select({ version: sql`max(${preferenceVersions.version})` })
    .from(preferenceVersions)
    .where(and(ownedBy(actor, preferenceVersions), eq(preferenceVersions.key, key)));
  const version = sql<number>`coalesce(${lastVersion}, 0) + 1`;
  const times = { createdAt: afterLock, updatedAt: afterLock };
  const [row] = await tx
    .insert(preferences)
    .values({ userId: actor.userId, id: uuidv7(), key, version, ...toColumns(content), ...times })
    .onConflictDoNothing({ target: [preferences.userId, preferences.key] })
    .returning(columns);
  return row ? withJson(row) : null;
}

/** Writes the next version of a locked preference. */
export async function changePreference(
  actor: Actor,
  tx: Transaction,
  key: string,
  content: PreferenceContent,
): Promise<Preference> {
  const [row] = await tx
    .update(preferences)
    .set({ ...toColumns(content), version: sql`${preferences.version} + 1`, updatedAt: afterLock })
    .where(withKey(actor, key))
    .returning(columns);
  if (!row) throw new Error("a locked preference was not there");
  return withJson(row);
}

/** Removes a locked preference. @returns when */
export async function removePreference(actor: Actor, tx: Transaction, key: string): Promise<Date> {
  const [row] = await tx
    .delete(preferences)
    .where(withKey(actor, key))
    .returning({ at: sql<Date>`${afterLock}`.mapWith(preferences.updatedAt) });
  if (!row) throw new Error("a locked preference was not there");
  return row.at;
}

/** A page of preferences by key, and one more row when there is a next page. */
export async function listPreferences(
  actor: Actor,
  db: Queryable,
  input: Omit<ListPreferencesInput, "cursor"> & { readonly after: string | null },
): Promise<Preference[]> {
  const { key, category, origin } = preferences;
  const conditions = [
    input.after !== null && gt(key, input.after),
    input.category !== undefined && eq(category, input.category),
    input.origin !== undefined && eq(origin, input.origin),
    input.keyPrefix !== undefined && sql`starts_with(${key}, ${input.keyPrefix})`,
  ];
  const rows = await db
    .select(columns)
    .from(preferences)
    .where(and(ownedBy(actor, preferences), ...conditions.filter((condition) => condition !== false)))
    .orderBy(asc(key))
    .limit(input.limit + 1);
  return rows.map(withJson);
}
