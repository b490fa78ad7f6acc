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
 * When the next backup is due: at the time of day; at once when none was made since that time was last, but not while the
 * server is still starting; and never sooner than an hour after one that failed.
 *
 * @param at `02:30`, in the process's time zone
 */
export function nextRunMs(at: string, { nowMs, startedMs, lastGoodMs, lastTriedMs }: Situation): number {
  const [lastTimeMs, nextTimeMs] = timesOfDayAround(at, nowMs);
  const isMissing = lastGoodMs === null || lastGoodMs < lastTimeMs;
  const wasOff = startedMs > lastTimeMs;
  const due = isMissing ? Math.min(wasOff ? startedMs + CATCH_UP_MS : lastTimeMs, nextTimeMs) : nextTimeMs;
  const retry = lastTriedMs !== null && lastTriedMs > (lastGoodMs ?? 0) ? lastTriedMs + RETRY_MS : 0;
  return Math.max(due, retry, nowMs);
}

/** The last time at or before now, and the next one behind it. */
function timesOfDayAround(at: string, nowMs: number): [number, number] {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const onDay = (days: number) => {
    const time = new Date(nowMs);
    time.setDate(time.getDate() + days);
    return time.setHours(hour, minute, 0, 0);
  };
  return onDay(0) <= nowMs ? [onDay(0), onDay(1)] : [onDay(-1), onDay(0)];
}
