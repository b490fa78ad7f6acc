import type { Procedures } from "../procedures.ts";
import { pause, untilAborted } from "../turn/abort.ts";
import { isPassing, isRefusal } from "../turn/passing-failure.ts";
import { type DroppedTurn, type LateTurn, toDropped } from "./late-turn.ts";
import { sendLateTurn } from "./send-late-turn.ts";
import { DamagedTurnError, type Shelf } from "./shelf.ts";

/** The first wait after a failed round; it doubles from there, milliseconds. */
const PAUSE_MS = 500;
/** The longest wait: a server that is back is found again within a minute, or by the next turn. */
const PAUSE_MS_MAX = 60_000;
/** The wait while somebody waits for the end, milliseconds. */
const FLUSH_PAUSE_MS = 100;
/** How long one message may take, milliseconds. Nobody waits for it. */
const SEND_TIMEOUT_MS = 5_000;

/** What late turns need. */
export interface LateTurnsSetup {
  readonly procedures: Procedures;
  readonly shelf: Shelf;
  /** Told of each turn that will not be kept; must not throw. */
  readonly onDrop: (dropped: DroppedTurn) => void;
}

/**
 * Keeps what Keepsake could not take, and sends it when it can: in order within a session, once, in the background. It
 * never keeps the process alive.
 */
export class LateTurns {
  readonly #setup: LateTurnsSetup;
  readonly #closing = new AbortController();
  #round: Promise<void> | null = null;
  #isCalled = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(setup: LateTurnsSetup) {
    this.#setup = setup;
  }

  /** Takes a turn over. Never rejects. */
  async keep(turn: LateTurn): Promise<"queued" | "dropped"> {
    try {
      if (await this.#setup.shelf.add(turn)) {
        // While a pause lasts, Keepsake is known to be away.
        if (this.#timer === null) this.wake();
        return "queued";
      }
      this.#setup.onDrop(toDropped(turn, { reason: "full" }));
    } catch (cause) {
      this.#setup.onDrop(toDropped(turn, { reason: "unwritable", cause }));
    }
    return "dropped";
  }

  /** Keepsake has answered: what waits for it is sent at once. */
  hasAnswered(): void {
    if (this.#timer !== null) this.wake();
  }

  /** Begins to send, unless that is under way. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#isCalled = true;
    this.#endPause();
    this.#round ??= this.#sendAll().finally(() => {
      this.#round = null;
      // Somebody called while the last turn was looked at.
      if (this.#isCalled && this.#timer === null) this.wake();
    });
  }

  /**
   * Sends what waits, without long pauses.
   *
   * @returns how many turns are left after so long, or sooner when there are none
   */
  async flush(until: AbortSignal): Promise<number> {
    for (;;) {
      const left = await this.#count();
      if (left === 0 || until.aborted || this.#closing.signal.aborted) return left;
      this.wake();
      await untilAborted(this.#round ?? Promise.resolve(), until).catch(() => {});
      if ((await this.#count()) > 0) await pause(FLUSH_PAUSE_MS, until);
    }
  }

  /** Stops sending. What waits on disk stays there. */
  close(): void {
    this.#closing.abort();
    this.#endPause();
  }

  async #count(): Promise<number> {
    return (await this.#setup.shelf.list().catch(() => [])).length;
  }

  /** Never rejects. Ends with everything sent, or with a pause before the next try. */
  async #sendAll(): Promise<void> {
    while (this.#isCalled) {
      this.#isCalled = false;
      const isDone = await this.#sendOnce().catch(() => false);
      if (this.#closing.signal.aborted) return;
      if (!isDone) return this.#beginPause();
      this.#failures = 0;
    }
  }

  /** @returns whether nothing has to be tried again */
  async #sendOnce(): Promise<boolean> {
    const stuck = new Set<string>();
    for (const id of await this.#setup.shelf.list()) {
      const turn = await this.#find(id);
      if (turn === null || stuck.has(turn.begin.sessionId)) continue;
      const failure = await this.#send(turn);
      if (this.#closing.signal.aborted) return false;
      if (failure === null) await this.#setup.shelf.remove(id);
      else if (isRefusal(failure.cause)) await this.#setAside(id, turn, failure.cause);
      // Nobody is there for the others either.
      else if (isPassing(failure.cause)) return false;
      else stuck.add(turn.begin.sessionId);
    }
    return stuck.size === 0;
  }

  async #find(id: string): Promise<LateTurn | null> {
    try {
      return await this.#setup.shelf.find(id);
    } catch (cause) {
      if (!(cause instanceof DamagedTurnError)) throw cause;
      const { file } = cause;
      const nothing = { sessionId: null, interactionId: null, said: null, answer: null };
      this.#setup.onDrop({ reason: "damaged", ...nothing, file, cause });
      return null;
    }
  }

  async #send(turn: LateTurn): Promise<{ readonly cause: unknown } | null> {
    const limit = AbortSignal.any([AbortSignal.timeout(SEND_TIMEOUT_MS), this.#closing.signal]);
    try {
      await sendLateTurn(this.#setup.procedures, turn, limit);
      return null;
    } catch (cause) {
      return { cause };
    }
  }

  async #setAside(id: string, turn: LateTurn, cause: unknown): Promise<void> {
    const file = await this.#setup.shelf.setAside(id);
    this.#setup.onDrop(toDropped(turn, { reason: "refused", file, cause }));
  }

  #beginPause(): void {
    // Gateways that lost their server together do not come back together.
    const ms = Math.min(PAUSE_MS * 2 ** this.#failures, PAUSE_MS_MAX) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.wake(), ms);
    // A browser's timers are numbers and hold nothing open.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #endPause(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
