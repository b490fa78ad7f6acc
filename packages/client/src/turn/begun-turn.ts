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
 * be given what `generate` cannot read, down to each message of the `tail`.
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
    isListOf(parts["tail"], isSaidByOne) &&
    [parts["memories"], parts["earlier"], parts["preferences"]].every((list) => isListOf(list, isRecord)) &&
    isListOf(degraded, (part) => typeof part === "string");
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

const toRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

function isSaidByOne(message: unknown): boolean {
  const { role, content } = toRecord(message);
  return typeof role === "string" && typeof content === "string";
}
