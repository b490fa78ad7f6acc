import type { Feedback, FeedbackInput } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { evictAnswer } from "../cache/store.ts";
import {
  type BegunInteraction,
  findInInteraction,
  lockInteraction as lockBegunInteraction,
} from "../conversation/store.ts";
import { moveWeights } from "../memory/store.ts";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services } from "../platform/services.ts";
import { ensureUser } from "../platform/users.ts";
import { writeOnce } from "../platform/write-once.ts";
import { findFeedback, lockInteraction, makeExample, type Opinion, putFeedback, scoreExample } from "./store.ts";

/** The same answer for an interaction that never was and one of another user. */
export const interactionNotFound = () =>
  new DomainError("INTERACTION_NOT_FOUND", "There is no interaction with this id.");

/**
 * Keeps what somebody says of an interaction and puts it on the interaction's training example. Where question or answer
 * are not there yet, it waits for them.
 *
 * @throws DomainError `INTERACTION_NOT_FOUND`
 */
export async function recordFeedback(
  actor: Actor,
  services: Pick<Services, "db" | "keysUnderWay">,
  { idempotencyKey: key, ...opinion }: FeedbackInput,
): Promise<Feedback> {
  return writeOnce(actor, services, { key, procedure: "training.feedback", input: opinion }, (tx) =>
    record(actor, tx, opinion),
  );
}

async function record(actor: Actor, tx: Transaction, opinion: Opinion): Promise<Feedback> {
  const { interactionId, score, comment = null } = opinion;
  await ensureUser(actor, tx);
  const begun = await lockBegunInteraction(actor, tx, interactionId);
  await lockInteraction(actor, tx, interactionId);
  const earlier = await findFeedback(actor, tx, interactionId);
  const comingId = await putFeedback(actor, tx, opinion);
  const id = (await scoreExample(actor, tx, opinion)) ?? (await makeExample(actor, tx, interactionId));
  if (id === null) await assertMayWait(actor, tx, interactionId);
  if (begun) await learn(actor, tx, begun, { score, earlierScore: earlier?.score ?? null });
  return { id: id ?? comingId, status: id === null ? "waiting" : "recorded", interactionId, score, comment };
}

/** What a score does to the weight of the memories that an answer used. */
const WEIGHT_FACTORS: Readonly<Record<number, number>> = { 1: 0.8, 2: 0.9, 3: 1, 4: 1.05, 5: 1.1 };
const weightFactor = (score: number | null) => (score === null ? 1 : (WEIGHT_FACTORS[score] ?? 1));
/** An answer with such a score is not given again. */
const POOR_SCORE = 2;

/** Moves the memories that the answer used, once however often the mind changes, and takes a poor answer out of the cache. */
async function learn(
  actor: Actor,
  tx: Transaction,
  { used, queryHash: key, cacheId: id }: BegunInteraction,
  { score, earlierScore }: { score: number; earlierScore: number | null },
): Promise<void> {
  const factor = weightFactor(score) / weightFactor(earlierScore);
  await moveWeights(actor, tx, used?.memories.map((memory) => memory.id) ?? [], factor);
  if (score <= POOR_SCORE) await evictAnswer(actor, tx, { key, id });
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * An id in the gateway's own words may come before its messages do. A UUID is how the server names interactions: one
 * that it does not know is a mistake, and would wait for ever.
 */
async function assertMayWait(actor: Actor, tx: Transaction, interactionId: string): Promise<void> {
  if (!UUID.test(interactionId)) return;
  if (!(await findInInteraction(actor, tx, interactionId))) throw interactionNotFound();
}
