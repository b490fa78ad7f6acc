import { expect, test } from "vitest";
import { uuidV7 } from "./uuid-v7.ts";

test("a UUID says its version, its variant and its time", () => {
  const id = uuidV7(Date.UTC(2026, 10, 30));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 30));
});

test("UUIDs of later times sort behind, and no two are the same", () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => uuidV7(index * 1_000_000_000));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 1_000 }, () => uuidV7(5))).size).toBe(1_000);
});
