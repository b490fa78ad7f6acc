import { TURN_BUDGET_MS_MAX, TURN_BUDGET_MS_MIN } from "@keepsake/contract/limits";
import type { LateTurn } from "../late-turns/late-turn.ts";
import { toStorable } from "./storable-text.ts";
import type { TurnInput } from "./turn-types.ts";

/** What a person said, with what makes it safe to send twice, now or later. */
export type Said = Pick<LateTurn, "begin" | "saidAt">;

/** Keepsake answers with what it has before the client gives it up. */
const BUDGET_SHARE = 2 / 3;

/**
 * @param saidAt when, ISO 8601
 * @param timeoutMs after so long the client waits no longer, milliseconds
 */
export function toSaid(input: TurnInput, saidAt: string, timeoutMs: number): Said {
  const begin = {
    budgetMs: Math.min(Math.max(Math.floor(timeoutMs * BUDGET_SHARE), TURN_BUDGET_MS_MIN), TURN_BUDGET_MS_MAX),
    interactionId: crypto.randomUUID(),
    ...input,
    text: toStorable(input.text),
    // What is slow on its way, or is tried again, keeps its place in the session.
    createdAt: saidAt,
    idempotencyKey: `turn-${crypto.randomUUID()}`,
  };
  return { begin, saidAt };
}
