import { expect, test } from "vitest";
import { CATCH_UP_MS, nextRunMs, RETRY_MS } from "./next-run.ts";

const HOUR_MS = 3_600_000;
/** Noon of a day, in the process's own time zone. */
const NOON = new Date(2026, 10, 30, 12, 0).getTime();
const NIGHT = new Date(2026, 11, 1, 2, 30).getTime();
const LAST_NIGHT = new Date(2026, 10, 30, 2, 30).getTime();
const situation = { nowMs: NOON, startedMs: NOON - 5 * HOUR_MS, lastGoodMs: LAST_NIGHT, lastTriedMs: LAST_NIGHT };

test("a backup of last night is followed by one of the next", () => {
  expect(nextRunMs("02:30", situation)).toBe(NIGHT);
});

test("at the time of day one is due, however long ago the last one was begun", () => {
  for (const lastGoodMs of [LAST_NIGHT - 24 * HOUR_MS, LAST_NIGHT - HOUR_MS, null]) {
    const atNight = { nowMs: LAST_NIGHT, startedMs: LAST_NIGHT - 100 * HOUR_MS, lastGoodMs, lastTriedMs: lastGoodMs };
    expect(nextRunMs("02:30", atNight)).toBe(LAST_NIGHT);
    expect(nextRunMs("02:30", { ...atNight, nowMs: LAST_NIGHT + 30_000 })).toBe(LAST_NIGHT + 30_000);
    expect(nextRunMs("02:30", { ...atNight, lastGoodMs: LAST_NIGHT + 1, nowMs: LAST_NIGHT + 30_000 })).toBe(NIGHT);
  }
});

test("one that was missed follows at once, but not while the server is still starting", () => {
  const old = { ...situation, lastGoodMs: LAST_NIGHT - 30 * HOUR_MS, lastTriedMs: null };
  expect(nextRunMs("02:30", old)).toBe(NOON);
  expect(nextRunMs("02:30", { ...old, startedMs: NOON })).toBe(NOON + CATCH_UP_MS);
  expect(nextRunMs("02:30", { ...old, startedMs: NOON, lastGoodMs: null })).toBe(NOON + CATCH_UP_MS);
});

test("one that failed is tried again after an hour, and not sooner", () => {
  const failed = { ...situation, lastGoodMs: LAST_NIGHT - 48 * HOUR_MS, lastTriedMs: NOON - 1_000 };
  expect(nextRunMs("02:30", failed)).toBe(NOON - 1_000 + RETRY_MS);
});

test("the time of day is today's while it is still to come", () => {
  expect(nextRunMs("12:01", situation)).toBe(NOON + 60_000);
  // The last one was made before it.
  expect(nextRunMs("12:00", situation)).toBe(NOON);
  expect(nextRunMs("11:00", { ...situation, lastGoodMs: NOON - 1 })).toBe(NOON + 23 * HOUR_MS);
});
