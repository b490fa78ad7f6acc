import type { AppRouter } from "@keepsake/api/routes";
import type { inferRouterOutputs } from "@trpc/server";
import { StrangeAnswerError } from "./passing-failure.ts";
import type { TurnContext } from "./turn-types.ts";

/** What `conversation.begin` answers. */
export type BegunTurn = inferRouterOutputs<AppRouter>["conversation"]["begin"];

/** What is known without Keepsake. */
export const EMPTY_CONTEXT: TurnContext = {
  system: "",
  tokens: 0,
  memories: [],
  earlier: [],
  tail: [],
  preferences: [],
};

/**
 * Takes an answer only if a Keepsake gave it: whatever listens at the address may send JSON too, and the model is not to
 * be given what `generate` cannot read.
 *
 * @throws StrangeAnswerError
 */
export function assertBegunTurn(answer: BegunTurn): void {
  const { interactionId, cached, context, degraded } = toRecord(answer);
  const parts = toRecord(context);
  const isWhole =
    typeof interactionId === "string" &&
    (cached === null || typeof toRecord(cached)["response"] === "string") &&
    typeof parts["system"] === "string" &&
    [parts["memories"], parts["earlier"], parts["tail"], parts["preferences"], degraded].every(Array.isArray);
  if (!isWhole) throw new StrangeAnswerError("What answered conversation.begin is no Keepsake of this version.");
}

/**
 * Whether a message was saved is believed only of an answer that names it.
 *
 * @throws StrangeAnswerError
 */
export function assertMessage(answer: { readonly id: string; readonly createdAt: Date }): void {
  const { id, createdAt } = toRecord(answer);
  if (typeof id === "string" && createdAt instanceof Date) return;
  throw new StrangeAnswerError("What answered is no Keepsake of this version.");
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
