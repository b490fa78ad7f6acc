import type { KeepsakeClient } from "../../packages/client/src/index.ts";

/** The column in which a write leaves its mark; `stored-marks.ts` reads them. */
export type Place = "memories" | "forgotten" | "preferences" | "messages" | "answers" | "feedback";

/** One mutation that leaves a mark of its own, and that can be sent again as it was. */
export interface Write {
  /** Such as `memory.add`. */
  readonly procedure: string;
  readonly place: Place;
  /** Stands in what is stored, and in nothing else. */
  readonly mark: string;
  /** Always with the same input and idempotency key. */
  send(client: KeepsakeClient): Promise<unknown>;
  /** Takes note of what was made, for the writes that build upon it. */
  learn?(answer: never): void;
}

/** Marks as they stand in texts. None is part of another. */
export const MARK = /m\d+x\d+z/g;
