import type { Preference } from "@keepsake/contract";
import type { Statement } from "@keepsake/db";
import { preferences } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { toJson } from "../platform/stored-metadata.ts";

/** What a model's context says of a preference. */
export type KnownPreference = Pick<Preference, "key" | "value" | "version" | "origin" | "confidence" | "updatedAt">;

/** More would be no context but a data base dump. */
const ROWS_MAX = 50;

/**
 * Preferences for the turn, which waits for the database once, in the order of their keys; 50 at most.
 *
 * @param patterns keys, or beginnings of keys that end in `*`
 */
export function findForContext(actor: Actor, patterns: readonly string[]): Statement<KnownPreference[]> {
  const keys = patterns.filter((pattern) => !pattern.endsWith("*"));
  const beginnings = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return {
    query: sql`
      select ${preferences.key} as key, ${preferences.value} as value, ${preferences.version} as version,
        ${preferences.origin} as origin, ${preferences.confidence} as confidence, ${preferences.updatedAt} as updated_at
      from ${preferences}
      where ${preferences.userId} = ${actor.userId} and (
        ${preferences.key} = any(${sql.param(keys)}::text[])
        or exists (select from unnest(${sql.param(beginnings)}::text[]) as wanted(beginning)
          where starts_with(${preferences.key}, beginning)))
      order by ${preferences.key} limit ${ROWS_MAX}`,
    read: (rows) =>
      rows.map(({ key, value, version, origin, confidence, updated_at: updatedAt }) => ({
        key: String(key),
        value: toJson(value),
        version: Number(version),
        // What came by other ways than the contract is believed least.
        origin: origin === "explicit" ? "explicit" : "learned",
        confidence: Number(confidence),
        updatedAt: new Date(updatedAt as Date | string),
      })),
  };
}

const ALIASES = "entity_alias.";
/** More names than any home has. */
const ALIASES_MAX = 1_000;

/** The user's own names of rooms, devices and people, as they are spoken: `my office` of `entity_alias.my_office`. */
export function findAliasNames(actor: Actor): Statement<string[]> {
  return {
    query: sql`
      select substr(${preferences.key}, ${ALIASES.length + 1}::int) as name from ${preferences}
      where ${preferences.userId} = ${actor.userId} and starts_with(${preferences.key}, ${ALIASES})
      order by ${preferences.key} limit ${ALIASES_MAX}`,
    read: (rows) => rows.map(({ name }) => String(name).replaceAll(/[_-]+/g, " ").trim()),
  };
}
