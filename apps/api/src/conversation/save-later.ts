import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "../platform/actor.ts";
import { toDatabaseFailure } from "../platform/database-failure.ts";
import { DomainError } from "../platform/domain-error.ts";
import { requestVectors } from "../platform/embedding-jobs.ts";
import type { Services } from "../platform/services.ts";
import { flushTurn, saving } from "./save-turn.ts";
import { isTurnThere, type TurnDraft } from "./turn-store.ts";

const RETRIES_AFTER_MS = [500, 2_000, 10_000, 30_000];

/**
 * Sees to it that a turn is saved whose caller has been answered already (`save_pending`): a saving that fails is tried
 * again. Never rejects.
 *
 * @param underWay the attempt that is under way
 */
export async function saveLater(
  services: Services,
  actor: Actor,
  draft: TurnDraft,
  underWay: Promise<unknown>,
): Promise<void> {
  const { failures } = services;
  let attempt = underWay;
  for (const afterMs of [...RETRIES_AFTER_MS, null]) {
    try {
      await attempt;
      return await askForVectors(services, actor, draft);
    } catch (error) {
      // It goes with everything else of the user.
      if (toDatabaseFailure(error)?.reason === "USER_BEING_ERASED") return;
      if (afterMs === null || isMismatch(error)) {
        const said = "a message could not be saved after its turn was answered";
        return failures.tellOfWork(error, said, { isLost: true });
      }
      const said = "saving a message failed after its turn was answered; it is tried again";
      failures.tellOfWork(error, said, { afterMs });
      await delay(afterMs, undefined, { ref: false });
      attempt = flushTurn(services, saving(actor, draft));
    }
  }
}

/** As what follows a turn that was saved in time does. */
async function askForVectors(services: Services, actor: Actor, draft: TurnDraft): Promise<void> {
  try {
    await services.db.transaction(async (tx) => {
      if (!(await isTurnThere(actor, tx, draft.interactionId))) return;
      await requestVectors(actor, tx, services, "message", [draft.messageId, draft.answerId]);
    });
  } catch (error) {
    services.failures.tellOfWork(error, "vectors of a message that was saved late could not be asked for");
  }
}

/** Another turn has this name: no later try changes that. */
const isMismatch = (error: unknown): boolean => error instanceof DomainError && error.reason === "IDEMPOTENCY_MISMATCH";
