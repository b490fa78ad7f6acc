import type { ListPreferencesInput, PreferencePage } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { toPage } from "../platform/cursor.ts";
import { listPreferences } from "./store.ts";

/** A page of preferences in the order of their keys. The last key is where the next page begins. */
export async function listPreferencePage(
  actor: Actor,
  db: Queryable,
  { cursor, ...input }: ListPreferencesInput,
): Promise<PreferencePage> {
  const found = await listPreferences(actor, db, { ...input, after: cursor ?? null });
  return toPage(found, input.limit, ({ key }) => key);
}
