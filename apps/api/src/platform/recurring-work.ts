import { setTimeout as delay } from "node:timers/promises";
import type { FailureLog } from "./failure-log.ts";

/**
 * Does a task at once and then again and again, until the signal. A failure is logged and the next time comes as usual.
 *
 * @param name what the task does, for the log: "erasing what was forgotten"
 * @param everyMs pause between the end of one run and the begin of the next
 * @param task given the signal, so that a long run can stop early
 */
export async function runRecurring(
  name: string,
  everyMs: number,
  task: (signal: AbortSignal) => Promise<void>,
  failures: FailureLog,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await task(signal);
    } catch (error) {
      if (!signal.aborted) failures.tellOfWork(error, `${name} failed; it is tried again next time`);
    }
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => {});
  }
}
