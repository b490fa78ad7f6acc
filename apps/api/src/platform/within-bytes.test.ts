import fc from "fast-check";
import { expect, test } from "vitest";
import { toPage } from "./cursor.ts";
import { withinBytes } from "./within-bytes.ts";

const bytesOf = (items: readonly unknown[]) =>
  items.reduce((sum: number, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);

test("what fits is a beginning of the items, as long as can be, and never nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 50 })), fc.nat(500), (items, bytesMax) => {
      const kept = withinBytes(items, bytesMax);
      expect(kept).toEqual(items.slice(0, kept.length));
      if (kept.length > 1) expect(bytesOf(kept)).toBeLessThanOrEqual(bytesMax);
      if (kept.length < items.length) expect(bytesOf(items.slice(0, kept.length + 1))).toBeGreaterThan(bytesMax);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(1, items.length));
    }),
  );
});

test("pages of large items give each of them once", () => {
  const rows = Array.from({ length: 300 }, (_, id) => ({ id, text: "ż".repeat((id * 7_919) % 40_000) }));
  const seen: number[] = [];
  for (let cursor: string | null = "-1"; cursor !== null; ) {
    const after = Number(cursor);
    const found = rows.filter(({ id }) => id > after).slice(0, 201);
    const page: { items: typeof rows; nextCursor: string | null } = toPage(found, 200, ({ id }) => String(id));
    expect(bytesOf(page.items)).toBeLessThanOrEqual(2_097_152);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(rows.map(({ id }) => id));
});
