import fc from "fast-check";
import type { Twin } from "../../../apps/api/src/rest/twins.ts";
import type { Face, FuzzCall } from "./fuzz-call.ts";
import { hostileJson } from "./hostile-values.ts";
import { inputOf } from "./input-arbitrary.ts";
import { sometimesChanged } from "./mutated-input.ts";

const face = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Face>("trpc") },
  { weight: 3, arbitrary: fc.constant<Face>("post") },
  { weight: 2, arbitrary: fc.constant<Face>("get") },
);

const TYPES = [
  "Date",
  "undefined",
  "number",
  "bigint",
  "regexp",
  "map",
  "set",
  "Error",
  "URL",
  ["class", "Services"],
  ["custom", "x"],
  ["symbol", "x"],
  ["typed-array", "Float64Array"],
];
const FIELDS = [
  "content",
  "id",
  "metadata",
  "tags",
  "limit",
  "metadata.a",
  "tags.0",
  "value",
  "text",
  "a.constructor.b",
];

/** What superjson would make of a field, and what it would put into several places. */
const typesOfFields = fc.oneof(
  fc
    .tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...TYPES))
    .map(([field, type]) => ({ values: { [field]: [type] } })),
  fc
    .tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...FIELDS))
    .map(([from, to]) => ({ referentialEqualities: { [from]: [to] } })),
  hostileJson,
);

const meta = fc.oneof({ weight: 25, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: typesOfFields });

/** Calls of one procedure, by every way in. */
export function callOf(twin: Twin): fc.Arbitrary<FuzzCall> {
  return fc.record({ twin: fc.constant(twin), face, input: sometimesChanged(inputOf(twin.input)), meta });
}
