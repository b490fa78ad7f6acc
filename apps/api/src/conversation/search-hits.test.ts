import type { Message } from "@keepsake/contract";
import { expect, test } from "vitest";
import { toHits } from "./search-hits.ts";
import type { FoundLine } from "./search-store.ts";

const explanation = { relevance: 1, recency: 1, words: null, meaning: null };

/** @param id such as `3`, the line's place in the talk */
function line(rank: number, place: number, id: number): FoundLine {
  const message = { id: String(id), content: `line ${id}` } as Message;
  return { rank, place, score: 1 / rank, explanation, message };
}

/** A hit with the lines around it, as the store gives it: in the order they were said. */
const found = (rank: number, hit: number, around: number) =>
  Array.from({ length: 2 * around + 1 }, (_, at) => line(rank, at - around, hit + at - around));

const shown = (lines: readonly FoundLine[]) =>
  toHits(lines, false).map(({ id, before, after }) => [before.map((one) => one.id), id, after.map((one) => one.id)]);

test("a hit comes with its lines, in the order they were said", () => {
  expect(shown(found(1, 5, 2))).toEqual([[["3", "4"], "5", ["6", "7"]]]);
});

test("a line between two hits goes with the better one, and a hit is no other hit's line", () => {
  expect(shown([...found(1, 5, 2), ...found(2, 7, 2)])).toEqual([
    [["3", "4"], "5", ["6"]],
    [[], "7", ["8", "9"]],
  ]);
  expect(shown([...found(1, 6, 1), ...found(2, 5, 1)])).toEqual([
    [[], "6", ["7"]],
    [["4"], "5", []],
  ]);
});

test("the parts of a score are there when they are asked for", () => {
  expect(toHits(found(1, 5, 0), true)[0]?.explanation).toEqual(explanation);
  expect(toHits(found(1, 5, 0), false)[0]).not.toHaveProperty("explanation");
  expect(toHits([], true)).toEqual([]);
});
