import type { Procedures } from "../procedures.ts";
import { isPassing, isRefusal } from "../turn/passing-failure.ts";
import { type DroppedTurn, type LateTurn, toDropped } from "./late-turn.ts";
import { sendLateTurn } from "./send-late-turn.ts";
import { DamagedTurnError, type Shelf } from "./shelf.ts";

/** What late turns need. */
export interface LateTurnsSetup {
  readonly procedures: Procedures;
  readonly shelf: Shelf;
  /** Told of each turn that will not be kept; must not throw. */
  readonly onDrop: (dropped: DroppedTurn) => void;
}

/** How long one turn may take, milliseconds. Nobody waits for it. */
const SEND_TIMEOUT_MS = 5_000;

/**
 * Sends each turn once, oldest first; after one that failed no later one of its session.
 *
 * @param closing ends the round
 * @returns whether nothing has to be tried again
 * @throws as the shelf does
 */
export async function sendRound(setup: LateTurnsSetup, closing: AbortSignal): Promise<boolean> {
  const stuck = new Set<string>();
  for (const id of await setup.shelf.list()) {
    const turn = await findTurn(setup, id);
    if (turn === null || stuck.has(turn.begin.sessionId)) continue;
    const outcome = await sendTurn(setup, id, turn, closing);
    if (closing.aborted || outcome === "away") return false;
    if (outcome === "failed") stuck.add(turn.begin.sessionId);
  }
  return stuck.size === 0;
}

async function findTurn({ shelf, onDrop }: LateTurnsSetup, id: string): Promise<LateTurn | null> {
  try {
    return await shelf.find(id);
  } catch (cause) {
    if (!(cause instanceof DamagedTurnError)) throw cause;
    const nothing = { sessionId: null, interactionId: null, said: null, answer: null };
    onDrop({ reason: "damaged", ...nothing, file: cause.file, cause });
    return null;
  }
}

/** `done`: sent, or refused for good. `away`: nobody is there for the others either. `failed`: this one alone. */
type Outcome = "done" | "away" | "failed";

async function sendTurn(setup: LateTurnsSetup, id: string, turn: LateTurn, closing: AbortSignal): Promise<Outcome> {
  const limit = AbortSignal.any([AbortSignal.timeout(SEND_TIMEOUT_MS), closing]);
  try {
    await sendLateTurn(setup.procedures, turn, limit);
  } catch (cause) {
    if (closing.aborted || isPassing(cause)) return "away";
    if (!isRefusal(cause)) return "failed";
    const file = await setup.shelf.setAside(id);
    setup.onDrop(toDropped(turn, { reason: "refused", file, cause }));
    return "done";
  }
  await setup.shelf.remove(id);
  return "done";
}
