import type { DeletedSession, DeleteSessionInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictAnswers } from "../cache/store.ts";
import type { Actor } from "../platform/actor.ts";
import { eraseAnswersOfSession } from "../platform/kept-answers.ts";
import type { Services } from "../platform/services.ts";
import { removeVectors } from "../platform/vectors.ts";
import { writeOnce } from "../platform/write-once.ts";
import {
  lockSession,
  removeFeedback,
  removeMessages,
  removeSession,
  removeTurns,
  takeTime,
} from "./delete-session-store.ts";

const PROCEDURE = "conversation.deleteSession";

/**
 * Deletes a session at once and for good: its messages, their vectors, what was said of its interactions, the cached
 * answers that it gave or got, and the answers that were kept for retries. What was learnt from it stays: memories and
 * training examples are records of their own, with verbs of their own to remove them.
 *
 * @returns `deleted: 0` for a session that never was
 */
export async function deleteSession(
  actor: Actor,
  services: Services,
  { sessionId, idempotencyKey: key }: DeleteSessionInput,
): Promise<DeletedSession> {
  // Beside the callers' connections, which no call may have for as long as a year of talk takes.
  const means = { ...services, db: services.backgroundDb };
  return writeOnce(actor, means, { key, procedure: PROCEDURE, input: sessionId }, (tx) => remove(actor, tx, sessionId));
}

async function remove(actor: Actor, tx: Transaction, sessionId: string): Promise<DeletedSession> {
  await takeTime(tx);
  // First, since a completion too locks its interaction before its session.
  const cached = await removeTurns(actor, tx, sessionId);
  await lockSession(actor, tx, sessionId);
  const removed = await removeMessages(actor, tx, sessionId);
  // After the messages: a vector that was being stored meanwhile is there by now.
  await removeVectors(
    actor,
    tx,
    "message",
    removed.map(({ id }) => id),
  );
  await removeFeedback(actor, tx, [...new Set(removed.map(({ interactionId }) => interactionId))]);
  await removeSession(actor, tx, sessionId);
  await eraseAnswersOfSession(actor, tx, sessionId, PROCEDURE);
  await evictAnswers(actor, tx, cached);
  return { sessionId, deleted: removed.length };
}
