import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

const calls = fc.array(
  fc.record({ afterMs: fc.nat(2_000), count: fc.integer({ min: 1, max: 30 }) }, { noNullPrototype: true }),
  { maxLength: 200 },
);

test("in any stretch of time no more pass than the size and what comes back meanwhile", () => {
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 50 }), (attempts, size) => {
      const bucket = new TokenBucket(size, 1_000, 0);
      let nowMs = 0;
      let passed = 0;
      for (const { afterMs, count } of attempts) {
        nowMs += afterMs;
        if (count > size || bucket.waitMs(count, nowMs) > 0) continue;
        bucket.take(count);
        passed += count;
        expect(passed).toBeLessThanOrEqual(size + (size * nowMs) / 1_000 + 1e-6);
      }
    }),
  );
});

test("whoever waits as long as told passes", () => {
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 50 }), (attempts, size) => {
      const bucket = new TokenBucket(size, 60_000, 0);
      let nowMs = 0;
      for (const { afterMs, count } of attempts) {
        nowMs += afterMs;
        nowMs += bucket.waitMs(count, nowMs);
        expect(bucket.waitMs(count, nowMs + 1e-3)).toBe(0);
        bucket.take(count);
      }
    }),
  );
});

test("a batch above the size passes a full bucket, and is paid back before anything else passes", () => {
  const bucket = new TokenBucket(10, 1_000, 0);
  expect(bucket.waitMs(20, 0)).toBe(0);
  bucket.take(20);
  expect(bucket.waitMs(1, 0)).toBe(1_100);
});

test("a clock that stands still or goes back gives nothing", () => {
  const bucket = new TokenBucket(1, 1_000, 5_000);
  bucket.take(1);
  expect(bucket.waitMs(1, 5_000)).toBe(1_000);
  expect(bucket.waitMs(1, 1_000)).toBe(1_000);
});
