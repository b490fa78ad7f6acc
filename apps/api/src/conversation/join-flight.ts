import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "../platform/actor.ts";
import type { Services } from "../platform/services.ts";
import { claimFlight, type TurnDraft, watchFlight } from "./turn-store.ts";

const LOOK_MS_MIN = 40;
const LOOK_MS_MAX = 400;

/** How waiting for somebody else's answer ended: with it, with the task to ask the model, or with neither. */
export type Joined = "answered" | "mine" | "timeout";

/**
 * Waits for the answer that another interaction, perhaps of another gateway, gets to the same question. When that one
 * ends without an answer that may be given again, exactly one of those who wait takes its place.
 *
 * @param joinMs how long to wait, and how long others wait for this one if it takes the place
 */
export async function joinFlight(
  actor: Actor,
  { flush }: Pick<Services, "flush">,
  draft: TurnDraft,
  joinMs: number,
): Promise<Joined> {
  const giveUpAt = performance.now() + joinMs;
  for (let lookMs = LOOK_MS_MIN; performance.now() < giveUpAt; lookMs = Math.min(lookMs * 1.5, LOOK_MS_MAX)) {
    const { state } = await flush({ state: watchFlight(actor, draft) });
    if (state.isAnswered) return "answered";
    if (!state.isUnderWay) {
      const { flight } = await flush({ flight: claimFlight(actor, draft, joinMs) });
      if (flight.isMine) return "mine";
    }
    await delay(lookMs);
  }
  return "timeout";
}
