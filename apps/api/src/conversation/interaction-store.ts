import type { Transaction } from "@keepsake/db";
import { interactions } from "@keepsake/db/schema";
import type { Actor } from "../platform/actor.ts";
import type { TurnDraft } from "./turn-store.ts";

/**
 * Notes that an interaction begins with this question.
 *
 * @returns false when it has begun already; a begin at the same time is waited for
 */
export async function claimInteraction(actor: Actor, tx: Transaction, draft: TurnDraft): Promise<boolean> {
  const { interactionId, sessionId, textHash, queryHash, intent } = draft;
  const claimed = await tx
    .insert(interactions)
    .values({ userId: actor.userId, interactionId, sessionId, textHash, queryHash, intent })
    .onConflictDoNothing()
    .returning({ interactionId: interactions.interactionId });
  return claimed.length > 0;
}
