import type { DurableFiles } from "./durable-files.ts";
import type { Session } from "./sockets/session.ts";
import type { Turnstile, TurnTaker } from "./sockets/turnstile.ts";

/** So much log is written between two checkpoints at most, but for one transaction that writes more by itself. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** What is written at all is in its tables after so long, so that a start after a kill has little to replay. */
const AGE_MAX_MS = 600_000;
const LOOK_MS = 1000;

/**
 * Makes the checkpoints that PostgreSQL's background process makes on a server: the embedded one has no such process, and
 * its log would only grow. Takes its turn like a client, so that none falls into a transaction.
 *
 * @returns how to stop
 */
export function startCheckpoints(session: Session, turnstile: Turnstile, files: DurableFiles): () => void {
  const taker: TurnTaker = {};
  let doneAtBytes = files.logBytes;
  let doneAtMs = performance.now();
  let isUnderWay = false;
  const look = async () => {
    const isDue =
      files.logBytes - doneAtBytes >= LOG_BYTES_MAX ||
      (files.logBytes > doneAtBytes && performance.now() - doneAtMs >= AGE_MAX_MS);
    if (!isDue || isUnderWay) return;
    isUnderWay = true;
    await turnstile.take(taker);
    await session.ask("checkpoint").finally(() => turnstile.pass(taker));
    doneAtBytes = files.logBytes;
    doneAtMs = performance.now();
    isUnderWay = false;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}
