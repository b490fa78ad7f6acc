import { createHash } from "node:crypto";
import type { BeginTurnInput } from "@keepsake/contract";
import { validate as isUuid, v5 as uuidv5, v7 as uuidv7 } from "uuid";
import { questionKey } from "../cache/question-key.ts";
import type { Actor } from "../platform/actor.ts";
import type { TurnDraft } from "./turn-store.ts";

/** What a turn begins with. */
type Said = Pick<BeginTurnInput, "sessionId" | "text"> &
  Partial<Pick<BeginTurnInput, "language" | "intent" | "metadata" | "createdAt" | "interactionId" | "idempotencyKey">>;

/** A turn as it is about to be saved. The caller's idempotency key names the interaction, so that a retry is the same. */
export function toTurnDraft(actor: Actor, input: Said): TurnDraft {
  const { sessionId, text, language = null, intent = null, metadata = null } = input;
  return {
    key: input.idempotencyKey ?? null,
    interactionId: input.interactionId ?? idOfKey(input.idempotencyKey) ?? uuidv7(),
    messageId: uuidv7(),
    answerId: uuidv7(),
    sessionId,
    text,
    textHash: createHash("sha256").update(text).digest("hex"),
    queryHash: questionKey(actor, input),
    language,
    intent,
    metadata,
    createdAt: input.createdAt && isRecent(input.createdAt) ? input.createdAt : null,
  };
}

/** No call is on its way for longer, milliseconds: another time is a clock that is wrong. */
const LATE_MS_MAX = 600_000;

const isRecent = (time: Date): boolean => Math.abs(time.getTime() - Date.now()) < LATE_MS_MAX;

/** Any fixed UUID: keys named under it give ids that nothing else gives. */
const KEYS = "5a1f6f0e-3c52-4d0b-9c55-0d5a6c1b7e21";

/** A key that is a UUID is as good a name as any that we could make of it. */
function idOfKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  return isUuid(key) ? key.toLowerCase() : uuidv5(key, KEYS);
}
