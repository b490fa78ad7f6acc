import fc from "fast-check";
import { hostileJson, hostileNumber, hostileText } from "./hostile-values.ts";

type Change = (input: unknown) => unknown;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const anything = fc.oneof(hostileText, hostileNumber, hostileJson, fc.constantFrom(null, true, [], {}, [[]], 7));

/** Puts something else in the place of a field, wherever it is. */
const replaceField = fc.tuple(fc.nat(20), anything).map(
  ([at, value]): Change =>
    (input) => {
      if (!isObject(input)) return value;
      const keys = Object.keys(input);
      const key = keys[at % Math.max(1, keys.length)];
      return key === undefined ? value : { ...input, [key]: value };
    },
);

const dropField = fc.nat(20).map(
  (at): Change =>
    (input) => {
      if (!isObject(input)) return input;
      return Object.fromEntries(Object.entries(input).filter((_, index) => index !== at % Object.keys(input).length));
    },
);

const EXTRA_KEYS = [
  "userId",
  "user_id",
  "id",
  "constructor",
  "prototype",
  "extra",
  "json",
  "content",
  "expectedVersion",
];
const addField = fc.tuple(fc.constantFrom(...EXTRA_KEYS), anything).map(
  ([key, value]): Change =>
    (input) =>
      isObject(input) ? { ...input, [key]: value } : [input, value],
);

const addProto: Change = (input) =>
  isObject(input)
    ? JSON.parse(JSON.stringify(input).replace(/^\{/, '{"__proto__":{"polluted":1},').replace(",}", "}"))
    : input;

const beAnything = anything.map(
  (value): Change =>
    () =>
      value,
);

/** Changes an input now and then: another type, a field too many or too few, something else altogether. */
export function sometimesChanged(input: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.oneof(
    { weight: 30, arbitrary: fc.constant<Change>((same) => same) },
    { weight: 4, arbitrary: replaceField },
    { weight: 1, arbitrary: dropField },
    { weight: 1, arbitrary: addField },
    { weight: 1, arbitrary: fc.constant(addProto) },
    { weight: 1, arbitrary: beAnything },
  );
  return fc.tuple(input, change).map(([value, apply]) => apply(value));
}
