import type { Session, SessionSettings } from "./session.ts";
import type { Turnstile, TurnTaker } from "./turnstile.ts";
import { kindOf, SYNC_MESSAGE } from "./wire-messages.ts";

/** What a lane passes an answer's bytes to. */
export type OnData = (data: Uint8Array) => void;

/**
 * One client's way to the session. It stands in the place of pglite-socket's queue, which gives every message a turn of
 * its own: between two of them, another client's statement would take the unnamed portal.
 */
export class Lane implements TurnTaker {
  protected readonly session: Session;
  protected readonly turnstile: Turnstile;
  /** What this client has set, while another one has the session. */
  protected settings: SessionSettings = [];
  #work: Promise<unknown> = Promise.resolve();
  #hasLeft = false;

  constructor(session: Session, turnstile: Turnstile) {
    this.session = session;
    this.turnstile = turnstile;
  }

  /** Executes a message when it is its turn. @returns the number of bytes answered */
  enqueue(_handlerId: number, message: Uint8Array, onData: OnData): Promise<number> {
    const work = this.#work.then(() => this.#execute(message, onData));
    this.#work = work.catch(() => {});
    return work;
  }

  /** The connection is gone: what still waits is not executed. */
  clearQueueForHandler(): void {
    this.#hasLeft = true;
  }

  /** Leaves the session as if this client had never been there. */
  clearTransactionIfNeeded(): Promise<void> {
    this.#hasLeft = true;
    const work = this.#work.then(() => this.#leave());
    this.#work = work.catch(() => {});
    return work;
  }

  async enter(last: Lane | null): Promise<void> {
    if (last) last.settings = await this.session.readSettings();
    if (last || this.settings.length > 0) await this.session.putSettings(this.settings);
  }

  /** Executes a message while this lane has the turn. */
  protected async converse(message: Uint8Array, onData: OnData): Promise<void> {
    const state = await this.session.send(message, onData);
    if (state === "idle") this.turnstile.pass(this);
  }

  /** What is to be taken back before the lane is gone; the transaction is over by then. */
  protected async cleanUp(): Promise<void> {}

  async #execute(message: Uint8Array, onData: OnData): Promise<number> {
    // The client's farewell; its connection ends next.
    if (kindOf(message) === "terminate") return 0;
    const isNewRound = !this.turnstile.isHeldBy(this);
    await this.turnstile.take(this);
    if (isNewRound) await this.session.heedDisk();
    // The turn stays with this lane until it has cleaned up.
    if (this.#hasLeft) throw new Error("the connection is gone");
    let answeredBytes = 0;
    await this.converse(message, (data) => {
      answeredBytes += data.length;
      onData(this.session.toAnswer(data));
    });
    return answeredBytes;
  }

  async #leave(): Promise<void> {
    await this.turnstile.take(this);
    try {
      // After an error PostgreSQL ignores the rest of a round, until its end.
      await this.session.send(SYNC_MESSAGE, () => {});
      if (this.session.isInTransaction()) await this.session.ask("rollback");
      await this.cleanUp();
      await this.session.putSettings([]);
    } finally {
      this.turnstile.forget(this);
      this.turnstile.pass(this);
    }
  }
}
