import type { Preference, PreferenceHistory, PreferenceHistoryInput, PreferenceVersion } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseVersionCursor, toPage } from "../platform/cursor.ts";
import { preferenceNotFound } from "./get-preference.ts";
import { listVersions } from "./history-store.ts";
import { findPreferences } from "./store.ts";

/**
 * What a preference was, newest version first, the current one included. A deleted key tells its history too, until the
 * retention has run out.
 *
 * @throws DomainError `PREFERENCE_NOT_FOUND` when the key never was, `INVALID_INPUT` for a strange cursor
 */
export async function preferenceHistory(
  actor: Actor,
  db: Queryable,
  { key, limit, cursor }: PreferenceHistoryInput,
): Promise<PreferenceHistory> {
  const before = parseVersionCursor(cursor);
  const [current] = before === null ? await findPreferences(actor, db, [key]) : [];
  // Below the version just read, which may have been replaced since.
  const replaced = await listVersions(actor, db, key, { before: current?.version ?? before, limit: limit + 1 });
  const all = current ? [toVersion(current), ...replaced] : replaced;
  if (all.length === 0 && before === null) throw preferenceNotFound();
  return toPage(all, limit, ({ version }) => String(version));
}

function toVersion({ key: _, createdAt: __, updatedAt: recordedAt, ...content }: Preference): PreferenceVersion {
  return { ...content, recordedAt, replacedAt: null };
}
