import type { JsonObject, Message, MessageRole } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { conversations, sessions } from "@keepsake/db/schema";
import { and, asc, desc, eq, gt, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { messageColumns, toMessage } from "./message-row.ts";
import { isSpoken } from "./spoken.ts";

/** A message about to be stored. */
export interface MessageDraft {
  readonly id: string;
  readonly sessionId: string;
  readonly interactionId: string;
  readonly role: MessageRole;
  readonly content: string;
  readonly language?: string;
  readonly intent?: string;
  readonly createdAt?: Date;
  readonly metadata?: JsonObject;
}

/** The database's clock, to the millisecond: what a `Date` holds, so that a page ends exactly where the next begins. */
const databaseNow = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * Stores one message and counts it in its session, in one statement. Every message comes in by this way, or sessions
 * and messages would not agree.
 */
export async function addMessage(actor: Actor, tx: Transaction, draft: MessageDraft): Promise<Message> {
  const kept = tx.$with("kept").as(
    tx
      .insert(conversations)
      .values({ createdAt: databaseNow, ...draft, userId: actor.userId })
      .returning({ userId: conversations.userId, ...messageColumns }),
  );
  const counted = tx.$with("counted").as(
    tx
      .insert(sessions)
      .select(
        tx
          .select({
            userId: kept.userId,
            sessionId: kept.sessionId,
            messages: sql<number>`1`.as("messages"),
            startedAt: kept.createdAt,
            lastMessageAt: kept.createdAt,
          })
          .from(kept),
      )
      .onConflictDoUpdate({
        target: [sessions.userId, sessions.sessionId],
        set: {
          messages: sql`${sessions.messages} + 1`,
          startedAt: sql`least(${sessions.startedAt}, excluded.started_at)`,
          lastMessageAt: sql`greatest(${sessions.lastMessageAt}, excluded.last_message_at)`,
        },
      })
      .returning({ sessionId: sessions.sessionId }),
  );
  const [row] = await tx.with(kept, counted).select().from(kept);
  if (!row) throw new Error("an added message was not stored");
  const { userId: _, ...message } = row;
  return toMessage(message);
}

/** The interaction of the session's last user message that has no answer yet; null when there is none. */
export async function findUnanswered(actor: Actor, tx: Transaction, sessionId: string): Promise<string | null> {
  const answer = alias(conversations, "answer");
  const answers = tx
    .select({ one: sql`1` })
    .from(answer)
    .where(
      and(ownedBy(actor, answer), eq(answer.interactionId, conversations.interactionId), eq(answer.role, "assistant")),
    );
  const [row] = await tx
    .select({ interactionId: conversations.interactionId })
    .from(conversations)
    .where(
      and(
        ownedBy(actor, conversations),
        eq(conversations.sessionId, sessionId),
        eq(conversations.role, "user"),
        notExists(answers),
      ),
    )
    .orderBy(desc(conversations.createdAt), desc(conversations.id))
    .limit(1);
  return row?.interactionId ?? null;
}

/** Where a page of a session ended. */
export interface MessagePlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** A page of a session, oldest first, and one more row when there is a next page. */
export async function listMessages(
  actor: Actor,
  db: Queryable,
  { sessionId, after, limit }: { sessionId: string; after: MessagePlace | null; limit: number },
): Promise<Message[]> {
  const rows = await db
    .select(messageColumns)
    .from(conversations)
    .where(
      and(
        ownedBy(actor, conversations),
        eq(conversations.sessionId, sessionId),
        after === null ? undefined : isAfter(after),
      ),
    )
    .orderBy(asc(conversations.createdAt), asc(conversations.id))
    .limit(limit + 1);
  return rows.map(toMessage);
}

const isAfter = ({ createdAt, id }: MessagePlace) =>
  or(gt(conversations.createdAt, createdAt), and(eq(conversations.createdAt, createdAt), gt(conversations.id, id)));

/** The last lines of a session, oldest first: what the user and the assistant said, and nothing of tools and systems. */
export async function listTail(actor: Actor, db: Queryable, sessionId: string, limit: number): Promise<Message[]> {
  const rows = await db
    .select(messageColumns)
    .from(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.sessionId, sessionId), isSpoken))
    .orderBy(desc(conversations.createdAt), desc(conversations.id))
    .limit(limit);
  return rows.reverse().map(toMessage);
}

/** Every message of an interaction, oldest first; empty when there is no such interaction. */
export async function listInteraction(actor: Actor, db: Queryable, interactionId: string): Promise<Message[]> {
  const rows = await db
    .select(messageColumns)
    .from(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.interactionId, interactionId)))
    .orderBy(asc(conversations.createdAt), asc(conversations.id));
  return rows.map(toMessage);
}
