const DAY_MS = 24 * 3_600_000;

/** A server that was off at night makes its backup so long after its start, when it has come to rest. */
export const CATCH_UP_MS = 15 * 60_000;
/** After one that failed. */
export const RETRY_MS = 3_600_000;

/** What the next run depends on; epoch milliseconds. */
export interface Situation {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly lastGoodMs: number | null;
  readonly lastTriedMs: number | null;
}

/**
 * When the next backup is due: at the time of day, earlier when the last good one is older than a day, and never sooner
 * than an hour after one that failed.
 *
 * @param at `02:30`, in the process's time zone
 */
export function nextRunMs(at: string, { nowMs, startedMs, lastGoodMs, lastTriedMs }: Situation): number {
  const nightly = nextTimeOfDay(at, nowMs);
  const isOverdue = lastGoodMs === null || nowMs - lastGoodMs >= DAY_MS;
  const overdue = isOverdue ? startedMs + CATCH_UP_MS : (lastGoodMs ?? 0) + DAY_MS + CATCH_UP_MS;
  const retry = lastTriedMs !== null && lastTriedMs > (lastGoodMs ?? 0) ? lastTriedMs + RETRY_MS : 0;
  return Math.max(Math.min(nightly, overdue), retry, nowMs);
}

function nextTimeOfDay(at: string, nowMs: number): number {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const time = new Date(nowMs);
  time.setHours(hour, minute, 0, 0);
  if (time.getTime() <= nowMs) time.setDate(time.getDate() + 1);
  return time.getTime();
}
