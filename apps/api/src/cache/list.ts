import type { CachedAnswerPage, ListAnswersInput } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseIdCursor, toPage } from "../platform/cursor.ts";
import { listEntries } from "./list-store.ts";

/**
 * A page of kept answers, newest first. Each answer has an id of its own and ids grow with time, so the last one is
 * where the next page begins.
 *
 * @throws DomainError `INVALID_INPUT` for a strange cursor
 */
export async function listAnswers(actor: Actor, db: Queryable, input: ListAnswersInput): Promise<CachedAnswerPage> {
  const before = parseIdCursor(input.cursor);
  const found = await listEntries(actor, db, { ...input, before });
  return toPage(found, input.limit, ({ id }) => id);
}
