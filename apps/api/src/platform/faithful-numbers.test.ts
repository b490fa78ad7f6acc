import fc from "fast-check";
import { expect, test } from "vitest";
import { DomainError } from "./domain-error.ts";
import { assertFaithfulNumbers } from "./faithful-numbers.ts";

test("whatever JavaScript writes passes", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assertFaithfulNumbers(JSON.stringify(value))));
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => assertFaithfulNumbers(`[${value}]`)),
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assertFaithfulNumbers(JSON.stringify({ text }))));
});

test("whole numbers pass as far as a double holds them, and no further", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (whole) => {
      const passes = () => assertFaithfulNumbers(`{"json": {"n": ${whole}}}`);
      if (BigInt(Number(whole)) === whole || String(Number(whole)) === String(whole)) passes();
      else expect(passes).toThrow(DomainError);
    }),
  );
});

test.each(["9007199254740993", "1e400", "-1e400", "1e-400", "1".repeat(400), `${"1".repeat(400)}.5`, "0.1e-999"])(
  "%s is refused with its field",
  (number) => {
    const issuesOf = (json: string) => {
      try {
        assertFaithfulNumbers(json);
        return [];
      } catch (error) {
        return (error as DomainError).issues?.map(({ path }) => path);
      }
    };
    expect(issuesOf(`{"metadata": {"a": [1, ${number}]}}`)).toEqual(["metadata.a.1"]);
    expect(issuesOf(`{"json": {"metadata": {"a": ${number}}}}`)).toEqual(["metadata.a"]);
    expect(issuesOf(`{"0": {"json": {"items": [{"n": ${number}}]}}}`)).toEqual(["items.0.n"]);
  },
);

test.each([
  "0",
  "-0",
  "0e400",
  "0.000e-999",
  "0.1000000000000000055511151231257827",
  "5e-324",
  "1.7976931348623157e308",
])("%s passes", (number) => assertFaithfulNumbers(`{"n": ${number}}`));

test("broken JSON is for whoever parses it", () => {
  assertFaithfulNumbers('{"n": 9007199254740993');
});
