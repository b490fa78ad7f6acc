import type { CompletedTurn, CompleteTurnInput, Message } from "@keepsake/contract";
import type { Transaction } from "@keepsake/db";
import { v7 as uuidv7 } from "uuid";
import { embedQuestion } from "../cache/embed-questions.ts";
import { keepAnswerIn } from "../cache/keep-answer.ts";
import { leansOnTalk } from "../cache/leans-on-talk.ts";
import { whyNotPlain } from "../cache/plain-question.ts";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import type { Services, Settings } from "../platform/services.ts";
import { writeOnce } from "../platform/write-once.ts";
import { completeWaitingFeedback } from "../training/store.ts";
import { keepMessage } from "./keep-message.ts";
import { type BegunInteraction, findInInteraction, lockInteraction } from "./store.ts";
import { endFlight, markAnswered } from "./turn-store.ts";

type Completion = Omit<CompleteTurnInput, "idempotencyKey">;

/** The same answer for an interaction that never was and one of another user. */
export const interactionNotFound = () =>
  new DomainError(
    "INTERACTION_NOT_FOUND",
    "There is no interaction with this id: begin answers with one, and so does append.",
  );

/**
 * Saves what the assistant answered, and keeps it for the next time where it may be. The same text again is the same
 * message.
 *
 * @throws DomainError `INTERACTION_NOT_FOUND`
 */
export async function completeTurn(actor: Actor, services: Services, input: CompleteTurnInput): Promise<CompletedTurn> {
  const { idempotencyKey: key, ...completion } = input;
  await services.pendingWrites.ended(actor, input.interactionId);
  const { question, ...completed } = await writeOnce(
    actor,
    services,
    { key, procedure: "conversation.complete", input: completion },
    (tx) => complete(actor, tx, services, completion),
  );
  const { cached } = completed;
  if (cached.cached) embedQuestion(actor, services, { id: cached.id, text: question });
  return completed;
}

async function complete(
  actor: Actor,
  tx: Transaction,
  services: Services,
  completion: Completion,
): Promise<CompletedTurn & { question: string }> {
  const { interactionId } = completion;
  const begun = await lockInteraction(actor, tx, interactionId);
  const question = await findInInteraction(actor, tx, interactionId, { role: "user" });
  if (!question) throw interactionNotFound();
  const answer = await saveAnswer(actor, tx, services, question, completion);
  await completeWaitingFeedback(actor, tx, interactionId);
  await tx.execute(endFlight(actor, interactionId).query);
  // Last, since it waits for others who change the cache.
  const cached = await keepForNextTime(actor, tx, services.settings, { begun, question, completion });
  await markAnswered(actor, tx, interactionId, cached.cached ? cached.id : null);
  return { ...answer, cached, question: question.content };
}

async function saveAnswer(
  actor: Actor,
  tx: Transaction,
  services: Services,
  question: Message,
  { text, metadata, createdAt }: Completion,
): Promise<Message> {
  const { sessionId, interactionId, language, intent } = question;
  const same = await findInInteraction(actor, tx, interactionId, { role: "assistant", content: text });
  if (same) return same;
  return keepMessage(actor, tx, services, {
    id: uuidv7(),
    sessionId,
    interactionId,
    role: "assistant",
    content: text,
    ...(language !== null && { language }),
    ...(intent !== null && { intent }),
    ...(metadata && { metadata }),
    ...(createdAt && { createdAt: placeAfter(question, createdAt) }),
  });
}

/** The caller's clock may be another one: no answer stands before its question, and none in the future. */
function placeAfter(question: Message, createdAt: Date): Date {
  return new Date(Math.max(question.createdAt.getTime() + 1, Math.min(createdAt.getTime(), Date.now())));
}

interface Finished {
  readonly begun: BegunInteraction | null;
  readonly question: Message;
  readonly completion: Completion;
}

async function keepForNextTime(
  actor: Actor,
  tx: Transaction,
  settings: Settings,
  { begun, question, completion }: Finished,
): Promise<CompletedTurn["cached"]> {
  if (!completion.cacheable) return { cached: false, reason: "not_cacheable" };
  if (leansOnTalk(question.content)) return { cached: false, reason: "leans_on_talk" };
  // Without an intent the words have to say that it may be kept.
  const refusal = question.intent === null ? whyNotPlain(question.content) : null;
  if (refusal) return { cached: false, reason: refusal };
  const dependsOn = completion.dependsOn ?? begun?.used;
  if (!dependsOn) return { cached: false, reason: "context_unknown" };
  const { text, ttlSeconds, generationMs } = completion;
  return keepAnswerIn(actor, tx, settings, {
    text: question.content,
    response: text,
    dependsOn: toSources(dependsOn),
    ...(question.language !== null && { language: question.language }),
    ...(question.intent !== null && { intent: question.intent }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    ...(generationMs !== undefined && { generationMs }),
  });
}

type Sources = NonNullable<Parameters<typeof keepAnswerIn>[3]["dependsOn"]>;

/** What is named without its version counts as it is now. */
function toSources({ memories = [], preferences = [] }: NonNullable<CompleteTurnInput["dependsOn"]>): Sources {
  return {
    memories: memories.map(({ id, version }) => (version === undefined ? id : { id, version })),
    preferences: preferences.map(({ key, version }) => (version === undefined ? key : { key, version })),
  };
}
