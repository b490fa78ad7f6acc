import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "../platform/actor.ts";
import { describeCause } from "../platform/describe-cause.ts";
import type { Services } from "../platform/services.ts";
import { saveTurn, type TurnDraft } from "./turn-store.ts";

const RETRIES_AFTER_MS = [500, 2_000, 10_000, 30_000];

/**
 * Sees to it that a turn is saved whose caller has been answered already (`save_pending`): a saving that fails is tried
 * again. Never rejects.
 *
 * @param saving the attempt that is under way
 */
export async function saveLater(
  { flush, logger }: Pick<Services, "flush" | "logger">,
  actor: Actor,
  draft: TurnDraft,
  saving: Promise<unknown>,
): Promise<void> {
  let attempt = saving;
  for (const afterMs of [...RETRIES_AFTER_MS, null]) {
    try {
      await attempt;
      return;
    } catch (error) {
      const cause = describeCause(error);
      if (afterMs === null) return logger.error({ cause }, "a message could not be saved after its turn was answered");
      logger.warn({ cause, afterMs }, "saving a message failed after its turn was answered; it is tried again");
      await delay(afterMs, undefined, { ref: false });
      attempt = flush({ saved: saveTurn(actor, draft) });
    }
  }
}
