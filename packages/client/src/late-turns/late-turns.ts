import { pause, untilAborted } from "../turn/abort.ts";
import { type LateTurn, toDropped } from "./late-turn.ts";
import { type LateTurnsSetup, sendRound } from "./send-round.ts";

/** The first wait after a failed round; it doubles from there, milliseconds. */
const PAUSE_MS = 500;
/** The longest wait: a server that is back is found again within a minute, or by the next turn. */
const PAUSE_MS_MAX = 60_000;
/** The first wait while somebody waits for the end; it doubles too: refusals of a token are counted by the server. */
const FLUSH_PAUSE_MS = 100;
const FLUSH_PAUSE_MS_MAX = 1_000;
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
    for (let pauseMs = FLUSH_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, FLUSH_PAUSE_MS_MAX)) {
      const left = await this.#count();
      if (left === 0 || until.aborted || this.#closing.signal.aborted) return left;
      this.wake();
      await untilAborted(this.#round ?? Promise.resolve(), until).catch(() => {});
      if ((await this.#count()) > 0) await pause(pauseMs, until);
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
      const isDone = await sendRound(this.#setup, this.#closing.signal).catch(() => false);
      if (this.#closing.signal.aborted) return;
      if (!isDone) return this.#beginPause();
      this.#failures = 0;
    }
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
