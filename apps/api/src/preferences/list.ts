import type { ListPreferencesInput, PreferencePage } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { listPreferences } from "./store.ts";

/** A page of preferences in the order of their keys. The last key is where the next page begins. */
export async function listPreferencePage(
  actor: Actor,
  db: Queryable,
  { cursor, ...input }: ListPreferencesInput,
): Promise<PreferencePage> {
  const found = await listPreferences(actor, db, { ...input, after: cursor ?? null });
  const items = found.slice(0, input.limit);
  return { items, nextCursor: found.length > items.length ? (items.at(-1)?.key ?? null) : null };
}
