import { expect, test } from "vitest";
import { CallerLimits } from "./caller-limits.ts";

const RATES = { callsPerSecond: 5, callsPerMinute: 100, callsAtOnceMax: 3 };

test("a caller has calls by the second, and the time to wait is told", () => {
  const limits = new CallerLimits({ ...RATES, callsAtOnceMax: 1_000 });
  for (let call = 0; call < 5; call += 1) limits.begin("one", 1, 0);
  expect(() => limits.begin("one", 5, 0)).toThrow("try again after 1 s");
  limits.begin("other", 5, 0);
  limits.begin("one", 5, 1_000);
});

test("a caller has so many calls under way, and room again when one ends", () => {
  const limits = new CallerLimits(RATES);
  const ends = [1, 2, 3].map(() => limits.begin("one", 1, 0));
  expect(() => limits.begin("one", 1, 0)).toThrow("under way");
  limits.begin("other", 1, 0);
  ends[0]?.();
  limits.begin("one", 1, 0);
});

test("a caller reads one export at a time", () => {
  const limits = new CallerLimits(RATES);
  const end = limits.beginExport("one");
  expect(() => limits.beginExport("one")).toThrow("one at a time");
  limits.beginExport("other");
  end();
  limits.beginExport("one");
});
