import type { DroppedTurn } from "../late-turns/late-turn.ts";
import type { LateTurns } from "../late-turns/late-turns.ts";
import type { Procedures } from "../procedures.ts";
import type { RisingClock } from "./rising-clock.ts";
import type { SessionSaves } from "./session-saves.ts";
import type { SharedAnswers } from "./shared-answers.ts";

/** What the turns of one client have in common. */
export interface TurnSetup {
  /** Without a limit of their own: turns bring theirs. */
  readonly procedures: Procedures;
  readonly late: LateTurns;
  readonly saves: SessionSaves;
  readonly shared: SharedAnswers;
  readonly clock: RisingClock;
  /** How long Keepsake may take to begin a turn, and again to save its answer, unless a turn says otherwise. */
  readonly timeoutMs: number;
  /** Told of each turn that will not be kept; must not throw. */
  readonly onDrop: (dropped: DroppedTurn) => void;
}
