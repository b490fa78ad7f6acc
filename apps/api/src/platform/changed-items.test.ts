import { expect, test } from "vitest";
import { changedItems, toItem } from "./changed-items.ts";

const [ONE, TWO] = ["01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"];
const named = (name: string) => toItem("ola", name);

test.each<[what: string, answer: unknown, items: string[], count: number]>([
  ["one item", { id: ONE, sessionId: "s", content: "secret" }, [ONE], 1],
  ["several", [{ id: ONE }, { id: TWO }], [ONE, TWO], 2],
  ["a preference", { key: "diary", value: { id: "secret" } }, [named("diary")], 1],
  ["a session with what was in it", { sessionId: "s", deleted: 7 }, [named("s")], 7],
  ["a number alone", { removed: 3 }, [], 3],
  [
    "parts",
    { exampleId: null, interactionId: ONE, memory: { id: TWO }, preference: { key: "k" } },
    [ONE, TWO, named("k")],
    3,
  ],
  ["nothing", { cached: false, reason: "command" }, [], 0],
  ["no object", null, [], 0],
])("names %s", (_what, answer, items, count) => {
  expect(changedItems("ola", answer)).toEqual({ items, count });
});

test("names no more than it can hold, and counts all", () => {
  const answer = Array.from({ length: 500 }, () => ({ id: ONE }));
  const { items, count } = changedItems("ola", answer);
  expect([items.length, count]).toEqual([100, 500]);
});

test("a chosen name is not to be read in it, and differs from user to user", () => {
  expect(named("diary")).not.toContain("diary");
  expect(toItem("ann", "diary")).not.toBe(named("diary"));
  expect(named("diary")).toBe(named("diary"));
});
