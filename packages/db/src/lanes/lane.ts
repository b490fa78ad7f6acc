import type postgres from "postgres";
import { DatabaseBusyError, DatabaseDownError, DeadlineError, isConnectionFailure } from "../database-error.ts";
import { callBudget } from "./call-budget.ts";
import type { Circuit } from "./circuit.ts";

/** A connection for a while. */
export interface Lane {
  /**
   * Gives a connection that nobody else uses meanwhile.
   *
   * @throws DatabaseBusyError when none becomes free in time, DeadlineError when the work takes too long,
   *   DatabaseDownError when the database is away; what the work itself throws
   */
  use<T>(work: (connection: postgres.Sql) => Promise<T>): Promise<T>;
}

/** What a lane may cost. */
export interface LaneLimits {
  /** Connections, at most. */
  readonly size: number;
  /** The longest wait for one that is free, milliseconds. */
  readonly waitMs: number;
  /** The longest use of one, the wait for it included, milliseconds. */
  readonly useMs: number;
  /** Whether its uses count towards the budget of the call that they belong to. */
  readonly isBudgeted: boolean;
}

/** Longer than statements take: whoever waits so long has a look whether the database is still there. */
const DOUBT_AFTER_MS = 1_000;

interface Waiter {
  give(connection: postgres.Sql): void;
  fail(error: Error): void;
}

/**
 * Connections for one kind of work, so that another kind cannot use them all up. Each is a client of the driver with one
 * connection: the driver's own pool has neither a limit to waiting nor a way to give up a connection, and puts a statement
 * behind a slow one although another connection becomes free.
 */
export class ServerLane implements Lane {
  readonly #limits: LaneLimits;
  readonly #circuit: Circuit;
  readonly #open: () => postgres.Sql;
  readonly #clients = new Set<postgres.Sql>();
  readonly #free: postgres.Sql[] = [];
  readonly #waiters: Waiter[] = [];
  #hasEnded = false;

  constructor(limits: LaneLimits, circuit: Circuit, open: () => postgres.Sql) {
    this.#limits = limits;
    this.#circuit = circuit;
    this.#open = open;
    circuit.onOpen(() => {
      for (const waiter of this.#waiters.splice(0)) waiter.fail(new DatabaseDownError());
      this.#dropFree();
    });
    circuit.onDistrust(() => this.#dropFree());
  }

  async use<T>(work: (connection: postgres.Sql) => Promise<T>): Promise<T> {
    this.#circuit.assertClosed();
    if (this.#hasEnded) throw new DatabaseDownError();
    const { isBudgeted, useMs } = this.#limits;
    const budget = isBudgeted ? callBudget() : null;
    const giveUpAtMs = performance.now() + Math.min(useMs, budget?.leftMs ?? useMs);
    const leave = budget?.enter();
    try {
      const connection = await this.#take(giveUpAtMs);
      return await this.#work(connection, work, giveUpAtMs);
    } finally {
      leave?.();
    }
  }

  /** All clients, for whoever closes them. Nothing is given out any more. */
  end(): postgres.Sql[] {
    this.#hasEnded = true;
    for (const waiter of this.#waiters.splice(0)) waiter.fail(new DatabaseDownError());
    return [...this.#clients];
  }

  #take(giveUpAtMs: number): Promise<postgres.Sql> {
    // In turns, so that what follows an answer does not take the connection that the next question would get.
    const free = this.#free.shift();
    if (free) return Promise.resolve(free);
    if (this.#clients.size < this.#limits.size) return Promise.resolve(this.#add());
    return this.#wait(Math.min(this.#limits.waitMs, giveUpAtMs - performance.now()));
  }

  #wait(waitMs: number): Promise<postgres.Sql> {
    const { promise, resolve, reject } = Promise.withResolvers<postgres.Sql>();
    const waiter = { give: resolve, fail: reject };
    const timer = setTimeout(() => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      // A database that is away keeps all connections busy too.
      this.#circuit.suspect();
      reject(new DatabaseBusyError(Math.round(waitMs)));
    }, waitMs);
    this.#waiters.push(waiter);
    return promise.finally(() => clearTimeout(timer));
  }

  async #work<T>(connection: postgres.Sql, work: (connection: postgres.Sql) => Promise<T>, giveUpAtMs: number) {
    const answered = this.#circuit.ask();
    let isSound = true;
    try {
      return await this.#untilGivenUp(work(connection), giveUpAtMs);
    } catch (error) {
      // The driver has no other way to give up what is under way; and after a broken reserved connection it may wait for ever.
      isSound = !(error instanceof DeadlineError || error instanceof DatabaseDownError || isConnectionFailure(error));
      if (!isSound) this.#circuit.suspect();
      if (error instanceof DeadlineError) this.#circuit.distrustIdle();
      throw error;
    } finally {
      answered(isSound);
      if (isSound) this.#giveBack(connection);
      else this.#drop(connection);
    }
  }

  async #untilGivenUp<T>(work: Promise<T>, giveUpAtMs: number): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const limitMs = Math.max(giveUpAtMs - performance.now(), 1);
    const doubt = setInterval(() => this.#circuit.suspect(), DOUBT_AFTER_MS);
    const timer = setTimeout(() => {
      reject(new DeadlineError(Math.round(limitMs)));
    }, limitMs);
    const forget = this.#circuit.onOpen(() => reject(new DatabaseDownError()));
    work.catch(() => {});
    try {
      return await Promise.race([work, givenUp]);
    } finally {
      clearInterval(doubt);
      clearTimeout(timer);
      forget();
    }
  }

  #add(): postgres.Sql {
    const client = this.#open();
    this.#clients.add(client);
    return client;
  }

  #giveBack(connection: postgres.Sql): void {
    const waiter = this.#waiters.shift();
    if (waiter) waiter.give(connection);
    else this.#free.push(connection);
  }

  #drop(connection: postgres.Sql): void {
    this.#clients.delete(connection);
    void connection.end({ timeout: 0 }).catch(() => {});
    const waiter = this.#hasEnded ? undefined : this.#waiters.shift();
    if (waiter) waiter.give(this.#add());
  }

  #dropFree(): void {
    for (const free of this.#free.splice(0)) this.#drop(free);
  }
}
