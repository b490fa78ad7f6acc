import type { BegunTurn, JsonObject, Message, MessageRole } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { conversations, interactions, sessions } from "@keepsake/db/schema";
import { and, asc, desc, eq, gt, or, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { type MessageRow, messageColumns, toMessage } from "./message-row.ts";

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
export const databaseNow = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * Stores one message and counts it in its session, in one statement. Every message comes in by {@link countedMessage},
 * or sessions and messages would not agree.
 */
export async function addMessage(actor: Actor, tx: Transaction, draft: MessageDraft): Promise<Message> {
  const { language = null, intent = null, metadata = null, createdAt } = draft;
  const insert = sql`
    insert into ${conversations}
      ("user_id", "id", "session_id", "interaction_id", "role", "content", "language", "intent", "metadata", "created_at")
    values (${actor.userId}, ${draft.id}, ${draft.sessionId}, ${draft.interactionId}, ${draft.role}, ${draft.content},
      ${language}, ${intent}, ${metadata === null ? null : JSON.stringify(metadata)}::jsonb,
      ${createdAt ? sql`${createdAt.toISOString()}::timestamptz` : databaseNow})`;
  const rows = await tx.execute<Record<string, unknown>>(sql`
    with ${countedMessage(actor, "kept", insert)} select ${keptColumns} from kept`);
  const [row] = rows;
  if (!row) throw new Error("an added message was not stored");
  return toMessage(row as unknown as MessageRow);
}

const keptColumns = sql`id, session_id as "sessionId", interaction_id as "interactionId", role, content, language, intent,
  metadata, created_at as "createdAt"`;

/**
 * The parts of a statement that stores a message and counts it in its session.
 *
 * @param name under which the stored row can be read: a constant
 * @param insert into `conversations`, without its `returning`
 */
export const countedMessage = (actor: Actor, name: string, insert: SQL): SQL => sql`
  ${sql.raw(name)} as (${insert} returning *),
  ${sql.raw(`${name}_counted`)} as (
    insert into ${sessions} ("user_id", "session_id", "messages", "started_at", "last_message_at")
    select ${actor.userId}, session_id, 1, created_at, created_at from ${sql.raw(name)}
    on conflict ("user_id", "session_id") do update set
      "messages" = ${sessions.messages} + 1,
      "started_at" = least(${sessions.startedAt}, excluded."started_at"),
      "last_message_at" = greatest(${sessions.lastMessageAt}, excluded."last_message_at"))`;

/** The interaction of the session's last user message, when that has no answer yet; null otherwise. */
export async function findUnanswered(actor: Actor, tx: Transaction, sessionId: string): Promise<string | null> {
  const [last] = await tx
    .select({ interactionId: conversations.interactionId })
    .from(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.sessionId, sessionId), eq(conversations.role, "user")))
    .orderBy(desc(conversations.createdAt), desc(conversations.id))
    .limit(1);
  if (!last) return null;
  const answer = await findInInteraction(actor, tx, last.interactionId, { role: "assistant" });
  return answer ? null : last.interactionId;
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

/** Which message of an interaction is meant; any unless said otherwise. */
interface MessageChoice {
  readonly role?: Message["role"];
  readonly content?: string;
  readonly sessionId?: string;
  /** The last of those that fit, in the place of the first. */
  readonly isLast?: boolean;
}

/** One message of an interaction, which may have any number of them; null when none fits, or there is no such interaction. */
export async function findInInteraction(
  actor: Actor,
  db: Queryable,
  interactionId: string,
  { role, content, sessionId, isLast = false }: MessageChoice = {},
): Promise<Message | null> {
  const inOrder = isLast ? desc : asc;
  const [row] = await db
    .select(messageColumns)
    .from(conversations)
    .where(
      and(
        ownedBy(actor, conversations),
        eq(conversations.interactionId, interactionId),
        role && eq(conversations.role, role),
        content === undefined ? undefined : eq(conversations.content, content),
        sessionId === undefined ? undefined : eq(conversations.sessionId, sessionId),
      ),
    )
    .orderBy(inOrder(conversations.createdAt), inOrder(conversations.id))
    .limit(1);
  return row ? toMessage(row) : null;
}

/** What is known of an interaction that began, besides its messages. */
export interface BegunInteraction {
  readonly sessionId: string;
  /** The cache's key of the question. */
  readonly queryHash: string;
  /** What the context was made of; null when it is not known. */
  readonly used: BegunTurn["used"] | null;
  /** The cached answer that was given, or that its own answer became. */
  readonly cacheId: string | null;
}

/** An interaction that began, locked until the transaction ends; null for one that was only appended, or never was. */
export async function lockInteraction(
  actor: Actor,
  tx: Transaction,
  interactionId: string,
): Promise<BegunInteraction | null> {
  const { sessionId, queryHash, used, cacheId } = interactions;
  const [row] = await tx
    .select({ sessionId, queryHash, used, cacheId })
    .from(interactions)
    .where(and(ownedBy(actor, interactions), eq(interactions.interactionId, interactionId)))
    .for("update");
  return row ? { ...row, used: row.used as BegunTurn["used"] | null } : null;
}
