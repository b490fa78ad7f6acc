import type { FlushResults, Wanted } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { assertNotDeleted, claimKey, toMismatch } from "./begin-once.ts";
import { saveTurn, type TurnDraft } from "./turn-store.ts";

/** The statements that save a turn once, in their order. */
export const saving = (actor: Actor, draft: TurnDraft) => ({
  claimed: claimKey(actor, draft),
  saved: saveTurn(actor, draft),
  intact: assertNotDeleted(actor, draft),
});

/**
 * Sends statements of a turn at once.
 *
 * @throws DomainError `IDEMPOTENCY_MISMATCH` when they were to save another turn under a known name; nothing is then done
 */
export async function flushTurn<const W extends Wanted>(
  { flush }: Pick<Services, "flush">,
  wanted: W,
): Promise<FlushResults<W>> {
  try {
    return await flush(wanted);
  } catch (error) {
    throw toMismatch(error);
  }
}
