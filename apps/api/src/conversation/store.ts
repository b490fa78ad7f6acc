import type { BegunTurn, JsonObject, Message, MessageRole } from "@keepsake/contract";
import type { Queryable, Transaction } from "@keepsake/db";
import { conversations, interactions } from "@keepsake/db/schema";
import { and, asc, desc, eq, gt, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { toMetadata } from "../platform/stored-metadata.ts";

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

const columns = {
  id: conversations.id,
  sessionId: conversations.sessionId,
  interactionId: conversations.interactionId,
  role: conversations.role,
  content: conversations.content,
  language: conversations.language,
  intent: conversations.intent,
  metadata: conversations.metadata,
  createdAt: conversations.createdAt,
};

/** The database's clock, to the millisecond: what a `Date` holds, so that a page ends exactly where the next begins. */
const databaseNow = sql`date_trunc('milliseconds', clock_timestamp())`;

/** A row of `conversations` by the names of the contract. */
export type MessageRow = Omit<Message, "metadata"> & { metadata: unknown };

/** A row as the contract promises it. */
export const toMessage = ({ metadata, ...row }: MessageRow): Message => ({ ...row, metadata: toMetadata(metadata) });

/** Stores one message. */
export async function addMessage(actor: Actor, tx: Transaction, draft: MessageDraft): Promise<Message> {
  const [row] = await tx
    .insert(conversations)
    .values({ createdAt: databaseNow, ...draft, userId: actor.userId })
    .returning(columns);
  if (!row) throw new Error("an added message was not stored");
  return toMessage(row);
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
    .select(columns)
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

/** Every message of an interaction, oldest first; empty when there is no such interaction. */
export async function listInteraction(actor: Actor, db: Queryable, interactionId: string): Promise<Message[]> {
  const rows = await db
    .select(columns)
    .from(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.interactionId, interactionId)))
    .orderBy(asc(conversations.createdAt), asc(conversations.id));
  return rows.map(toMessage);
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
