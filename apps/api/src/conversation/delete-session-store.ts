import type { Transaction } from "@keepsake/db";
import { cacheFlights, conversations, interactionFeedback, interactions, sessions } from "@keepsake/db/schema";
import { and, eq, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** A year of talk in one session has to go in one transaction. */
const DELETE_TIMEOUT_MS = 120_000;

const ofSession = (actor: Actor, sessionId: string) => and(ownedBy(actor, sessions), eq(sessions.sessionId, sessionId));

/** Gives the transaction's statements longer than others get. */
export async function takeTime(tx: Transaction): Promise<void> {
  await tx.execute(sql`set local statement_timeout = ${sql.raw(String(DELETE_TIMEOUT_MS))}`);
}

/** Waits for messages that are being added, and keeps others out until the transaction ends. */
export async function lockSession(actor: Actor, tx: Transaction, sessionId: string): Promise<void> {
  await tx.select({ one: sql`1` }).from(sessions).where(ofSession(actor, sessionId)).for("update");
}

/** Removes every message of a session. @returns what went */
export async function removeMessages(actor: Actor, tx: Transaction, sessionId: string) {
  return tx
    .delete(conversations)
    .where(and(ownedBy(actor, conversations), eq(conversations.sessionId, sessionId)))
    .returning({ id: conversations.id, interactionId: conversations.interactionId });
}

/** Removes the row that a session is listed by. */
export async function removeSession(actor: Actor, tx: Transaction, sessionId: string): Promise<void> {
  await tx.delete(sessions).where(ofSession(actor, sessionId));
}

/** Removes what people said of interactions. */
export async function removeFeedback(actor: Actor, tx: Transaction, interactionIds: readonly string[]): Promise<void> {
  if (interactionIds.length === 0) return;
  const wanted = sql`any (${sql.param([...interactionIds])}::text[])`;
  await tx
    .delete(interactionFeedback)
    .where(and(ownedBy(actor, interactionFeedback), sql`${interactionFeedback.interactionId} = ${wanted}`));
}

/**
 * Removes what is known of a session's turns, and the questions that they are asking.
 *
 * @returns the cached answers that were given or kept
 */
export async function removeTurns(actor: Actor, tx: Transaction, sessionId: string): Promise<string[]> {
  const rows = await tx
    .delete(interactions)
    .where(and(ownedBy(actor, interactions), eq(interactions.sessionId, sessionId)))
    .returning({ cacheId: interactions.cacheId, interactionId: interactions.interactionId });
  if (rows.length === 0) return [];
  const asking = rows.map(({ interactionId }) => interactionId);
  await tx
    .delete(cacheFlights)
    .where(and(ownedBy(actor, cacheFlights), sql`${cacheFlights.interactionId} = any (${sql.param(asking)}::text[])`));
  return rows.flatMap(({ cacheId }) => cacheId ?? []);
}
