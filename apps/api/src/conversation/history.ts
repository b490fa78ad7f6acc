import type { ConversationHistoryInput, Message, MessagePage } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseCursor, toPage } from "../platform/cursor.ts";
import { listMessages, type MessagePlace } from "./store.ts";

/**
 * What was said in a session, oldest first. A session that never was is an empty one.
 *
 * @throws DomainError `INVALID_INPUT` for a strange cursor
 */
export async function conversationHistory(
  actor: Actor,
  db: Queryable,
  { sessionId, limit, cursor }: ConversationHistoryInput,
): Promise<MessagePage> {
  const after = parseCursor(cursor, decode);
  const found = await listMessages(actor, db, { sessionId, after, limit });
  return toPage(found, limit, encode);
}

const CURSOR = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;

const encode = ({ createdAt, id }: Message): string => `${createdAt.toISOString()}_${id}`;

function decode(cursor: string): MessagePlace | null {
  const [, time = "", id = ""] = CURSOR.exec(cursor) ?? [];
  const createdAt = new Date(time);
  return Number.isNaN(createdAt.getTime()) ? null : { createdAt, id };
}
