/** How many backups are kept: the newest of each of the last days, weeks and months that have one. */
export interface Retention {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

const DAY_MS = 86_400_000;

/** Weeks begin on Mondays, days at midnight UTC: the names are in UTC too. */
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const weekOf = (at: Date) => String(Math.floor((at.getTime() / DAY_MS + 3) / 7));
const monthOf = (at: Date) => at.toISOString().slice(0, 7);

/**
 * Which backups are to be removed. The newest is never one of them, however old it is, and neither is any other of the
 * last of a day, week or month that is still kept.
 *
 * @param times of all good backups, in any order
 */
export function expired(times: readonly Date[], { daily, weekly, monthly }: Retention): Date[] {
  const newestFirst = times.toSorted((one, other) => other.getTime() - one.getTime());
  const kept = new Set([
    ...newestFirst.slice(0, 1),
    ...firstOfEach(newestFirst, dayOf, daily),
    ...firstOfEach(newestFirst, weekOf, weekly),
    ...firstOfEach(newestFirst, monthOf, monthly),
  ]);
  return newestFirst.filter((time) => !kept.has(time));
}

function firstOfEach(newestFirst: readonly Date[], periodOf: (at: Date) => string, count: number): Date[] {
  const newest = new Map<string, Date>();
  for (const time of newestFirst) if (!newest.has(periodOf(time))) newest.set(periodOf(time), time);
  return [...newest.values()].slice(0, count);
}
