import { expect, test } from "vitest";
import { FailedAttempts } from "./failed-attempts.ts";

const MINUTE_MS = 60_000;

test("an address may fail ten times a minute, and then waits for the rest of it", () => {
  const attempts = new FailedAttempts();
  for (let count = 0; count < 10; count += 1) expect(attempts.add("10.0.0.1", count)).toBe(0);
  expect(attempts.add("10.0.0.1", 15_000)).toBe(45);
  expect(attempts.add("10.0.0.1", MINUTE_MS - 1)).toBe(1);
  expect(attempts.add("10.0.0.1", MINUTE_MS)).toBe(0);
});

test("addresses are counted apart, and remembered in bounds", () => {
  const attempts = new FailedAttempts();
  for (let count = 0; count < 11; count += 1) attempts.add("10.0.0.1", 0);
  expect(attempts.add("10.0.0.2", 0)).toBe(0);
  expect(attempts.add("10.0.0.1", 0)).toBeGreaterThan(0);
  for (let host = 0; host < 10_000; host += 1) attempts.add(`fd00::${host}`, 0);
  expect(attempts.add("10.0.0.1", 0)).toBe(0);
});
