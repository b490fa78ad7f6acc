import { answerKeyOf, type LateAnswer, type LateTurn, toDropped } from "../late-turns/late-turn.ts";
import { untilAborted } from "./abort.ts";
import { assertMessage, type BegunTurn } from "./begun-turn.ts";
import { isRefusal, withRetries } from "./passing-failure.ts";
import type { Said } from "./said.ts";
import { isFilled, toStorable } from "./storable-text.ts";
import type { TurnSetup } from "./turn-setup.ts";
import type { AnswerOptions, TurnSaved } from "./turn-types.ts";

/** How a turn began. */
export interface Beginning {
  readonly said: Said;
  /** When the answer began to be made, epoch milliseconds. */
  readonly begunAtMs: number;
  readonly timeoutMs: number;
  /** What Keepsake answered; null when it could not be used. */
  readonly begun: BegunTurn | null;
  /** Why it could not; null when it could. */
  readonly failure: unknown;
}

/**
 * Saves what a turn's beginning has not: the answer, and where Keepsake was away the question too. What cannot be saved
 * now is kept for later. Never rejects.
 *
 * @param text the answer; empty when there is none
 */
export async function saveTurn(
  setup: TurnSetup,
  beginning: Beginning,
  text: string,
  options: AnswerOptions,
): Promise<TurnSaved> {
  const { begun, failure, said } = beginning;
  // Only then is the question known to be on disk.
  const isBegun = begun !== null && !begun.degraded.includes("save_pending");
  const answer = toLateAnswer(text, setup.clock.now(), options);
  const late = { ...said, isBegun, answer };
  if (isRefusal(failure)) return drop(setup, late, failure);
  if (!isBegun) return setup.late.keep(late);
  if (begun.cached !== null || answer === null) return "saved";
  // What could not be stored as it was said is not to be said again.
  const isAsSaid = answer.text === text;
  return completeOrKeep(setup, beginning, { ...late, answer }, isAsSaid ? options : { ...options, cacheable: false });
}

/** A turn that has an answer. */
type Answered = LateTurn & { readonly answer: LateAnswer };

function toLateAnswer(text: string, answeredAt: string, { metadata }: AnswerOptions): LateAnswer | null {
  const storable = toStorable(text);
  if (!isFilled(storable)) return null;
  return { text: storable, answeredAt, ...(metadata !== undefined && { metadata }) };
}

async function completeOrKeep(
  setup: TurnSetup,
  beginning: Beginning,
  late: Answered,
  options: AnswerOptions,
): Promise<TurnSaved> {
  try {
    await complete(setup, beginning, late, options);
    return "saved";
  } catch (cause) {
    return isRefusal(cause) ? drop(setup, late, cause) : setup.late.keep(late);
  }
}

async function complete(
  setup: TurnSetup,
  { begunAtMs, timeoutMs }: Beginning,
  { begin, answer }: Answered,
  { cacheable = false, ttlSeconds, dependsOn, metadata }: AnswerOptions,
): Promise<void> {
  const { text, answeredAt: createdAt } = answer;
  const limit = AbortSignal.timeout(timeoutMs);
  const endsAtMs = performance.now() + timeoutMs;
  const input = {
    interactionId: begin.interactionId,
    idempotencyKey: answerKeyOf(begin),
    text,
    // A server that is slow to take it has heard the next question meanwhile.
    createdAt,
    cacheable: typeof cacheable === "function" ? isSaidCacheable(cacheable, text) : cacheable,
    generationMs: Math.max(0, Math.round(performance.now() - begunAtMs)),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(metadata !== undefined && { metadata }),
  };
  const call = () => setup.procedures.conversation.complete.mutate(input, { signal: limit });
  assertMessage(await untilAborted(withRetries(call, limit, endsAtMs), limit));
}

/** The caller's judgement; one that fails is a no. */
export function isSaidCacheable(judge: (answer: string) => boolean, text: string): boolean {
  try {
    return judge(text);
  } catch {
    return false;
  }
}

function drop({ onDrop }: TurnSetup, late: LateTurn, cause: unknown): "dropped" {
  onDrop(toDropped(late, { reason: "refused", cause }));
  return "dropped";
}
