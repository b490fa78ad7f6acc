import { expect, test } from "vitest";
import { GatheredRefusals } from "./gathered-refusals.ts";

/** A clock that moves when it is told to. */
function gathering() {
  const told: [string, number, string][] = [];
  const waiting: (() => void)[] = [];
  const refusals = new GatheredRefusals<string>(
    (reason, calls, latest) => told.push([reason, calls, latest]),
    (_ms, run) => waiting.push(run),
  );
  const passWindow = () => {
    for (const run of waiting.splice(0)) run();
  };
  return { refusals, told, waiting, passWindow };
}

test("the first refusal is told at once, the others together with their number", () => {
  const { refusals, told, passWindow } = gathering();
  for (let call = 1; call <= 1_000; call += 1) refusals.add("OVERLOADED", `call ${call}`);
  expect(told).toEqual([["OVERLOADED", 1, "call 1"]]);
  passWindow();
  expect(told.slice(1)).toEqual([["OVERLOADED", 999, "call 1000"]]);
});

test("while they go on there is a line a window, and after a quiet one the next is a first one again", () => {
  const { refusals, told, waiting, passWindow } = gathering();
  refusals.add("RATE_LIMITED", "a");
  refusals.add("RATE_LIMITED", "b");
  passWindow();
  refusals.add("RATE_LIMITED", "c");
  refusals.add("RATE_LIMITED", "d");
  expect(told).toHaveLength(2);
  passWindow();
  expect(told.at(-1)).toEqual(["RATE_LIMITED", 2, "d"]);
  passWindow();
  expect(waiting).toEqual([]);
  refusals.add("RATE_LIMITED", "e");
  expect(told.at(-1)).toEqual(["RATE_LIMITED", 1, "e"]);
  expect(told).toHaveLength(4);
});

test("kinds are told apart", () => {
  const { refusals, told } = gathering();
  refusals.add("STORAGE_FULL", "a");
  refusals.add("DATABASE_UNAVAILABLE", "b");
  expect(told.map(([reason]) => reason)).toEqual(["STORAGE_FULL", "DATABASE_UNAVAILABLE"]);
});
