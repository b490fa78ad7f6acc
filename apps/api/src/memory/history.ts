import type { MemoryHistory, MemoryHistoryInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseVersionCursor, toPage } from "../platform/cursor.ts";
import { memoryNotFound } from "./get-memory.ts";
import { findCurrentVersion, listVersions } from "./version-store.ts";

/**
 * What a memory said, newest version first, the current one included. A forgotten memory still tells its history, as
 * long as it can be restored.
 *
 * @throws DomainError `MEMORY_NOT_FOUND`, `INVALID_INPUT` for a strange cursor
 */
export async function memoryHistory(actor: Actor, db: Queryable, input: MemoryHistoryInput): Promise<MemoryHistory> {
  const before = parseVersionCursor(input.cursor);
  const current = await findCurrentVersion(actor, db, input.id);
  if (!current) throw memoryNotFound();
  const replaced = await listVersions(actor, db, input.id, { before, limit: input.limit + 1 });
  const all = before === null ? [current, ...replaced] : replaced;
  return toPage(all, input.limit, ({ version }) => String(version));
}
