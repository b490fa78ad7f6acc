import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expired } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 30, 2, 30);
const daysAgo = (days: number) => new Date(NOW - days * DAY_MS);
const keep = { daily: 14, weekly: 8, monthly: 6 };
const keptOf = (times: Date[], retention = keep) => {
  const gone = new Set(expired(times, retention));
  return times.filter((time) => !gone.has(time));
};

describe("of backups that are made every night for a year", () => {
  const kept = keptOf(Array.from({ length: 365 }, (_, days) => daysAgo(days)));

  test("the last fortnight is kept, then one a week, then one a month", () => {
    for (let days = 0; days < 14; days += 1) expect(kept).toContainEqual(daysAgo(days));
    expect(kept.filter((time) => time < daysAgo(13) && time >= daysAgo(56)).length).toBeGreaterThanOrEqual(6);
    expect(new Set(kept.map((time) => time.toISOString().slice(0, 7))).size).toBeGreaterThanOrEqual(6);
    expect(kept.length).toBeLessThanOrEqual(14 + 8 + 6);
  });
});

test("the newest is kept, however old it is and whatever is asked for", () => {
  expect(keptOf([daysAgo(900), daysAgo(901)], { daily: 0, weekly: 0, monthly: 0 })).toEqual([daysAgo(900)]);
});

test("several of a day count as one, the last", () => {
  const times = [0, 1, 2].map((hours) => new Date(NOW - hours * 3_600_000));
  expect(keptOf(times, { daily: 7, weekly: 4, monthly: 6 })).toEqual([times[0]]);
});

test("what is kept is never more than asked for, and removing twice removes nothing more", () => {
  const moments = fc.array(fc.integer({ min: 0, max: 1_000 }).map(daysAgo), { maxLength: 60 });
  fc.assert(
    fc.property(moments, (times) => {
      const kept = keptOf(times);
      expect(kept.length).toBeLessThanOrEqual(Math.max(1, 14 + 8 + 6));
      expect(expired(kept, keep)).toEqual([]);
      if (times.length > 0) expect(kept.length).toBeGreaterThan(0);
    }),
  );
});
