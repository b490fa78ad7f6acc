import type { WorkingTurn } from "./model-step.ts";

/** Turns that are remembered while their tools work. A house talks to few people at once. */
const TURNS_MAX = 100;
/** A tool, or a try after a failure, takes no longer than this, milliseconds. */
const IDLE_MS_MAX = 300_000;

/** The turns whose answer is not there yet: of each session and text the last one. */
export class WorkingTurns {
  readonly #turns = new Map<string, { readonly working: WorkingTurn; readonly timer: ReturnType<typeof setTimeout> }>();

  find(key: string): WorkingTurn | null {
    return this.#turns.get(key)?.working ?? null;
  }

  /** Remembers a turn until it goes on. */
  put(key: string, working: WorkingTurn): void {
    this.take(key);
    const timer = setTimeout(() => this.#giveUp(key), IDLE_MS_MAX);
    timer.unref?.();
    this.#turns.set(key, { working, timer });
    const [oldest] = this.#turns.keys();
    if (this.#turns.size > TURNS_MAX && oldest !== undefined) this.#giveUp(oldest);
  }

  /** Forgets a turn. */
  take(key: string): WorkingTurn | null {
    const found = this.#turns.get(key);
    if (found === undefined) return null;
    clearTimeout(found.timer);
    this.#turns.delete(key);
    return found.working;
  }

  /** What was said so far is kept. */
  #giveUp(key: string): void {
    const working = this.take(key);
    void working?.turn.abandon(working.said);
  }
}
