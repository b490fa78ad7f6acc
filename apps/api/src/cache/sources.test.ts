import { expect, test } from "vitest";
import { areUnchanged, itemsOf, toNamedSources } from "./sources.ts";

const found = [
  { item: "a", version: 2 },
  { item: "b", version: 1 },
];

test("sources may be named with and without the version that was seen", () => {
  const named = toNamedSources({ memories: ["a", { id: "b", version: 1 }], preferences: [{ key: "a", version: 7 }] });
  expect(named.memories).toEqual([{ item: "a" }, { item: "b", version: 1 }]);
  expect(areUnchanged(named.memories, found)).toBe(true);
  expect(areUnchanged(named.preferences, found)).toBe(false);
  expect(toNamedSources(undefined)).toEqual({ memories: [], preferences: [] });
});

test("one that is gone or at another version has changed", () => {
  expect(areUnchanged([{ item: "a" }, { item: "c" }], found)).toBe(false);
  expect(areUnchanged([{ item: "a", version: 1 }], found)).toBe(false);
  expect(
    areUnchanged(
      [
        { item: "a", version: 1 },
        { item: "a", version: 2 },
      ],
      found,
    ),
  ).toBe(false);
});

test("one that is named twice is one", () => {
  expect(itemsOf([{ item: "a", version: 1 }, { item: "a" }])).toEqual(["a"]);
});
