import type { TRPCCombinedDataTransformer } from "@trpc/server";
import superjson from "superjson";
import { DomainError } from "./domain-error.ts";
import { assertSafeKeys } from "./json-guard.ts";
import { assertKnownTypes } from "./known-types.ts";

function assertWrapped(value: unknown): asserts value is { json: never } {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && "json" in value) return;
  throw new DomainError("INVALID_INPUT", 'The input must be wrapped: send {"json": <input>} (superjson\'s form).');
}

function deserializeInput(value: unknown): unknown {
  assertWrapped(value);
  assertSafeKeys(value);
  if ("meta" in value) assertKnownTypes(value.meta);
  try {
    return withoutUndefined(superjson.deserialize(value), { left: countValues(value.json) });
  } catch (cause) {
    throw new DomainError("INVALID_INPUT", 'The "meta" of the input does not fit its "json" (superjson\'s form).', {
      cause,
    });
  }
}

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + countValues(inner), 1);
}

/**
 * A field that a caller sets to `undefined` is a field that the caller leaves out.
 *
 * @param budget values that the JSON had. A "meta" that makes more of them says that one value is found in many places,
 * each of which holds another such: a kilobyte would be walked for hours, one that contains itself for ever.
 * @throws RangeError when the budget is spent
 */
function withoutUndefined(value: unknown, budget: { left: number }): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw new RangeError("the meta multiplies the values of the JSON");
  if (Array.isArray(value)) return value.map((inner) => withoutUndefined(inner, budget));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutUndefined(inner, budget)]));
}

/** superjson with the checks that it does not make: the client gets real dates, a caller's mistake gets a sentence. */
export const transformer: TRPCCombinedDataTransformer = {
  input: { serialize: superjson.serialize, deserialize: deserializeInput },
  output: { serialize: superjson.serialize, deserialize: superjson.deserialize },
};
