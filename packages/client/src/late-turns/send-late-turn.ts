import { errorReason } from "../error-reason.ts";
import type { Procedures } from "../procedures.ts";
import { assertBegunTurn, assertMessage } from "../turn/begun-turn.ts";
import { answerKeyOf, type LateTurn } from "./late-turn.ts";

/**
 * Brings a late turn to Keepsake, with the times at which it was said. Safe to repeat at any point: what came through
 * unnoticed is known by the interaction's id and by the keys of the calls that failed, and is not saved twice.
 *
 * @throws as the client's calls do
 */
export async function sendLateTurn(procedures: Procedures, turn: LateTurn, signal: AbortSignal): Promise<void> {
  const hasBegunUnheard = !turn.isBegun && (await appendQuestion(procedures, turn, signal));
  // The begin that was given up may have found an answer of before, and saved it with the question.
  if (hasBegunUnheard && (await wasAnswered(procedures, turn, signal))) return;
  await completeTurn(procedures, turn, signal);
}

/** Tells a question that is appended from one that `begin` has saved. */
const APPENDED_LATER_MS = 1;

/** @returns whether the `begin` that was given up has come through after all: the question is known by its time */
async function appendQuestion(procedures: Procedures, turn: LateTurn, signal: AbortSignal): Promise<boolean> {
  const { sessionId, interactionId, idempotencyKey, text: content, language, intent, metadata } = turn.begin;
  const createdAt = new Date(Date.parse(turn.saidAt) + APPENDED_LATER_MS);
  const question = {
    role: "user",
    sessionId,
    interactionId,
    content,
    createdAt,
    idempotencyKey,
    ...(language !== undefined && { language }),
    ...(intent !== undefined && { intent }),
    ...(metadata !== undefined && { metadata }),
  } as const;
  const saved = await unlessKnown(procedures.conversation.append.mutate(question, { signal }));
  return saved?.createdAt.getTime() !== createdAt.getTime();
}

/** Asks what the `begin` that was given up has done: the same interaction gives the same answer. */
async function wasAnswered(procedures: Procedures, { begin }: LateTurn, signal: AbortSignal): Promise<boolean> {
  const begun = await procedures.conversation.begin.mutate({ ...begin, joinMs: 0 }, { signal });
  assertBegunTurn(begun);
  return begun.cached !== null;
}

/** Late answers are not cached: what they were made from may have changed. */
async function completeTurn(procedures: Procedures, { begin, answer }: LateTurn, signal: AbortSignal): Promise<void> {
  if (answer === null) return;
  const { text, answeredAt: createdAt, metadata } = answer;
  const { interactionId } = begin;
  const input = { interactionId, text, createdAt, idempotencyKey: answerKeyOf(begin), ...(metadata && { metadata }) };
  await unlessKnown(procedures.conversation.complete.mutate(input, { signal }));
}

/** @returns null when its key was used by another call, which has saved the same words */
async function unlessKnown<T extends { id: string; createdAt: Date }>(call: Promise<T>): Promise<T | null> {
  try {
    const saved = await call;
    assertMessage(saved);
    return saved;
  } catch (error) {
    if (errorReason(error) === "IDEMPOTENCY_MISMATCH") return null;
    throw error;
  }
}
