import fc from "fast-check";
import { expect, test } from "vitest";
import { assertFaithfulKeys } from "./faithful-keys.ts";

test.each([
  ["alone", String.raw`{"\\": 1}`],
  ["beside others", String.raw`{"json": {"a": "\\", "path": {"C:\\temp" : 1}}}`],
  ["told by its number", String.raw`{"\u005C": 1}`],
  ["behind an escaped quote", `${String.raw`{"a\"\\b"`}\n\t:1}`],
  ["behind a text that ends with one", String.raw`{"a": "C:\\", "b\\": 1}`],
])("a key with a backslash, %s, is refused by its name", (_, json) => {
  expect(() => assertFaithfulKeys(json)).toThrow("must not contain a backslash");
});

test.each([
  ["a text", String.raw`{"a": "C:\\temp", "b": ["\\", "\u005c"]}`],
  ["a text that looks like a key", String.raw`{"a": "\"\\\": 1"}`],
  ["a key with other escapes", String.raw`{"\"": 1, "\n": 2, "\u0041": 3, "\/": 4}`],
  ["broken JSON", String.raw`{"a\\`],
])("%s passes", (_, json) => assertFaithfulKeys(json));

test("any JSON without such a key passes, and any with one is refused", () => {
  const json = fc.json({ stringUnit: "binary" });
  const hasBackslash = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(([key, inner]) => key.includes("\\") || hasBackslash(inner));
  fc.assert(
    fc.property(json, (text) => {
      let isRefused = false;
      try {
        assertFaithfulKeys(text);
      } catch {
        isRefused = true;
      }
      expect(isRefused).toBe(hasBackslash(JSON.parse(text)));
    }),
  );
});

/** The reason for all of this. When it fails, Node has mended it, and the refusal can go. */
test("JSON.parse takes other keys for one with a backslash that it has met before", () => {
  JSON.parse(String.raw`{"met before": 1, "a\\": 2}`);
  expect(Object.keys(JSON.parse(String.raw`{"met before": 1, "a\n": 2}`))).toEqual(["met before", "a\\"]);
});
