import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "./actor.ts";
import { DomainError } from "./domain-error.ts";

/** How long a retry waits for the call that it repeats, milliseconds. */
const WAIT_MS_MAX = 10_000;
/** Retries of one call that may wait at once. */
const WAITING_MAX = 32;

/**
 * Lets calls with one idempotency key run one after the other within this process. A retry would else wait inside the
 * database, and sixteen impatient retries would hold sixteen connections; of other processes one each waits there.
 */
export class KeysUnderWay {
  readonly #queues = new Map<string, { end: Promise<unknown>; waiting: number }>();

  /**
   * Runs the work once the calls before it with the same user and key have ended.
   *
   * @throws DomainError `DATABASE_UNAVAILABLE` when they take too long, or too many wait already
   */
  async inTurn<T>(actor: Actor, key: string, work: () => Promise<T>): Promise<T> {
    const name = `${actor.userId} ${key}`;
    const queue = this.#queues.get(name) ?? { end: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= WAITING_MAX) throw stillUnderWay();
    const before = queue.end;
    const turn = within(before).then(work);
    queue.waiting += 1;
    queue.end = Promise.allSettled([before, turn]);
    this.#queues.set(name, queue);
    try {
      return await turn;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(name);
    }
  }
}

async function within(before: Promise<unknown>): Promise<void> {
  const expiry = new AbortController();
  const late = delay(WAIT_MS_MAX, "late", { signal: expiry.signal }).catch(() => null);
  const first = await Promise.race([before, late]);
  expiry.abort();
  if (first === "late") throw stillUnderWay();
}

const stillUnderWay = () =>
  new DomainError("DATABASE_UNAVAILABLE", "The first call with this idempotencyKey is still under way: try again.");
