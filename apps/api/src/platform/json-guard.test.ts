import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertSafeKeys, assertShallow, jsonDepth } from "./json-guard.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe("the depth of a JSON text", () => {
  test("is found without parsing it, brackets in strings aside", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(jsonDepth(JSON.stringify(value), 100)).toBe(depthOf(value));
      }),
    );
    expect(jsonDepth('{"a": "[[[\\"[["}', 100)).toBe(1);
  });

  test("of 32 levels passes and of 33 does not", () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(() => assertShallow(nested(32))).not.toThrow();
    expect(() => assertShallow(nested(33))).toThrow("deeper than 32 levels");
    expect(() => assertShallow("[".repeat(1_000_000))).toThrow("deeper than 32 levels");
  });
});

test("a forbidden key is named with its path, wherever it is", () => {
  const value: unknown = JSON.parse('{"a": [{"ok": 1}, {"__proto__": 1}]}');
  expect(() => assertSafeKeys(value)).toThrow('"a.1.__proto__"');
  expect(() => assertSafeKeys({ proto: { constructors: [] } })).not.toThrow();
});
