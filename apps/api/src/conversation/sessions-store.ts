import { type ListSessionsInput, type MessageRole, PREVIEW_CHARS_MAX, type SessionSummary } from "@keepsake/contract";
import type { Queryable } from "@keepsake/db";
import { conversations, sessions } from "@keepsake/db/schema";
import { and, desc, eq, gte, lt, or, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** Where a page of sessions ended. */
export type SessionPlace = Pick<SessionSummary, "lastMessageAt" | "sessionId">;

/** A page of sessions, most recently used first, and one more row when there is a next page. */
export async function listSessions(
  actor: Actor,
  db: Queryable,
  { limit, createdAfter, createdBefore, before }: ListSessionsInput & { before: SessionPlace | null },
): Promise<SessionSummary[]> {
  const last = lastMessages(actor, db);
  const rows = await db
    .select({
      sessionId: sessions.sessionId,
      messages: sessions.messages,
      startedAt: sessions.startedAt,
      lastMessageAt: sessions.lastMessageAt,
      lastMessage: { id: last.id, role: last.role, preview: last.preview },
    })
    .from(sessions)
    .innerJoinLateral(last, sql`true`)
    .where(
      and(
        ownedBy(actor, sessions),
        createdAfter && gte(sessions.lastMessageAt, createdAfter),
        createdBefore && lt(sessions.startedAt, createdBefore),
        before === null ? undefined : isBefore(before),
      ),
    )
    .orderBy(desc(sessions.lastMessageAt), desc(sessions.sessionId))
    .limit(limit + 1);
  return rows;
}

/** The last message of the outer statement's session. */
function lastMessages(actor: Actor, db: Queryable) {
  return db
    .select({
      id: conversations.id,
      role: sql<MessageRole>`${conversations.role}`.as("role"),
      preview: sql<string>`left(${conversations.content}, ${PREVIEW_CHARS_MAX})`.as("preview"),
    })
    .from(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.sessionId, sessions.sessionId)))
    .orderBy(desc(conversations.createdAt), desc(conversations.id))
    .limit(1)
    .as("last_message");
}

const isBefore = ({ lastMessageAt, sessionId }: SessionPlace): SQL | undefined =>
  or(
    lt(sessions.lastMessageAt, lastMessageAt),
    and(eq(sessions.lastMessageAt, lastMessageAt), lt(sessions.sessionId, sessionId)),
  );
