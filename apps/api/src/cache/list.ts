import type { CachedAnswerPage, ListAnswersInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseCursor } from "../platform/cursor.ts";
import { listEntries } from "./list-store.ts";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * A page of kept answers, newest first. Each answer has an id of its own and ids grow with time, so the last one is
 * where the next page begins.
 *
 * @throws DomainError `INVALID_INPUT` for a strange cursor
 */
export async function listAnswers(actor: Actor, db: Queryable, input: ListAnswersInput): Promise<CachedAnswerPage> {
  const before = parseCursor(input.cursor, (text) => (UUID.test(text) ? text : null));
  const found = await listEntries(actor, db, { ...input, before });
  const items = found.slice(0, input.limit);
  return { items, nextCursor: found.length > items.length ? (items.at(-1)?.id ?? null) : null };
}
