import { expect, test } from "vitest";
import { describeCause } from "./describe-cause.ts";

test("tells class, code and place of each error of the chain, and no word of a message", () => {
  const inner = Object.assign(new RangeError("a value of hers"), { code: "22003" });
  const [outer, cause] = describeCause(new Error("Failed query: insert", { cause: inner }));
  expect(outer).toMatch(/^Error at .*describe-cause\.test\.ts:\d+:\d+/);
  expect(cause).toMatch(/^RangeError 22003 at .*describe-cause\.test\.ts:\d+:\d+/);
  expect(cause).not.toContain("hers");
});

test.each([
  "Failed query: insert\nparams: HIV test\nat Dr. Kowalski, Friday",
  "params: x\n    at Dr. Kowalski (the clinic:1:2)",
  "\n    at home:12:30\n    at home:12:30",
])("does not take a line of %j for a place", (message) => {
  const [line] = describeCause(new Error(message));
  expect(line).toMatch(/^Error at .*describe-cause\.test\.ts/);
  expect(line).not.toMatch(/Kowalski|home/);
});

test("tells no place where the message was changed after the error was made", () => {
  const error = Object.assign(new Error("afterwards"), { stack: "Error: before\n    at home:1:2" });
  expect(describeCause(error)).toEqual(["Error"]);
});
