import type { ListSessionsInput, SessionPage } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { parseCursor, toPage } from "../platform/cursor.ts";
import { listSessions, type SessionPlace } from "./sessions-store.ts";

/**
 * A user's sessions, most recently used first.
 *
 * @throws DomainError `INVALID_INPUT` for a strange cursor
 */
export async function listSessionPage(actor: Actor, db: Queryable, input: ListSessionsInput): Promise<SessionPage> {
  const before = parseCursor(input.cursor, decode);
  const found = await listSessions(actor, db, { ...input, before });
  return toPage(found, input.limit, encode);
}

const CURSOR = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_(.+)$/s;

const encode = ({ lastMessageAt, sessionId }: SessionPlace): string => `${lastMessageAt.toISOString()}_${sessionId}`;

function decode(cursor: string): SessionPlace | null {
  const [, time = "", sessionId = ""] = CURSOR.exec(cursor) ?? [];
  const lastMessageAt = new Date(time);
  return Number.isNaN(lastMessageAt.getTime()) ? null : { lastMessageAt, sessionId };
}
