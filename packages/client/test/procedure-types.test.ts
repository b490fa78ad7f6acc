import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { describe, expectTypeOf, test } from "vitest";
import type { AppRouter, ErrorReason, KeepsakeClient } from "../src/index.ts";
import { errorReason, inputIssues, requestId } from "../src/index.ts";

// The compiler makes these assertions (`tsc -b`); run, they do nothing.

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Levels that are looked at: metadata is JSON of any depth. */
type DepthMax = 6;
type HoldsAny<T, Depth extends 0[] = []> =
  IsAny<T> extends true
    ? true
    : Depth["length"] extends DepthMax
      ? false
      : T extends Date
        ? false
        : T extends object
          ? true extends { [K in keyof T]-?: HoldsAny<T[K], [...Depth, 0]> }[keyof T]
            ? true
            : false
          : false;

/** `memory.add` and so on, for each procedure whose input or output holds an `any`. */
type Loose<Types> = {
  [Router in keyof Types & string]: {
    [Name in keyof Types[Router] & string]: true extends HoldsAny<Types[Router][Name]> ? `${Router}.${Name}` : never;
  }[keyof Types[Router] & string];
}[keyof Types & string];

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;
declare const client: KeepsakeClient;
/** Checked, never called. */
const compiled = (_calls: () => unknown): void => {};

describe("the client's types", () => {
  test("know every procedure of memory", () => {
    type Verbs = "add" | "addMany" | "get" | "update" | "list" | "search" | "forget" | "restore" | "history" | "stats";
    expectTypeOf<keyof Inputs["memory"]>().toEqualTypeOf<Verbs>();
  });

  test("know every procedure of preferences", () => {
    type Verbs = "set" | "get" | "getMany" | "list" | "delete" | "history";
    expectTypeOf<keyof Inputs["preferences"]>().toEqualTypeOf<Verbs>();
  });

  test("hold no any", () => {
    type Parsed = ReturnType<typeof JSON.parse>;
    expectTypeOf<HoldsAny<{ deep: { list: { field: Parsed }[] } }>>().toEqualTypeOf<true>();
    expectTypeOf<Loose<Inputs>>().toBeNever();
    expectTypeOf<Loose<Outputs>>().toBeNever();
  });

  test("give dates as dates and take them as dates or text", () => {
    expectTypeOf<Outputs["memory"]["get"]["createdAt"]>().toEqualTypeOf<Date>();
    expectTypeOf<Outputs["memory"]["get"]["expiresAt"]>().toEqualTypeOf<Date | null>();
    expectTypeOf<Inputs["memory"]["add"]>().toHaveProperty("validFrom").toEqualTypeOf<Date | string | undefined>();
  });

  test("know what may be missing", () => {
    type Lookup = Outputs["cache"]["lookup"];
    expectTypeOf<Extract<Lookup, { hit: true }>["response"]>().toEqualTypeOf<string>();
    expectTypeOf<Extract<Lookup, { hit: false }>>().toEqualTypeOf<{ hit: false }>();
    expectTypeOf<Outputs["memory"]["search"]["degraded"]>().toEqualTypeOf<("embeddings" | "size")[]>();
    expectTypeOf(errorReason).returns.toEqualTypeOf<ErrorReason | null>();
    expectTypeOf(requestId).returns.toEqualTypeOf<string | null>();
    expectTypeOf(inputIssues).returns.items.toEqualTypeOf<{ path: string; message: string }>();
  });

  test("refuse what the server would refuse", () => {
    // @ts-expect-error content is missing
    compiled(() => client.memory.add.mutate({}));
    // @ts-expect-error content is text
    compiled(() => client.memory.add.mutate({ content: 1 }));
    // @ts-expect-error there is no such field
    compiled(() => client.memory.add.mutate({ content: "tea", contents: "tea" }));
    // @ts-expect-error there is no such mode
    compiled(() => client.memory.search.query({ query: "tea", mode: "fuzzy" }));
    // @ts-expect-error a search is a query
    compiled(() => client.memory.search.mutate({ query: "tea" }));
    // @ts-expect-error no procedure takes a user
    compiled(() => client.memory.list.query({ userId: "ola" }));
    // @ts-expect-error metadata is JSON
    compiled(() => client.memory.add.mutate({ content: "tea", metadata: { at: new Date() } }));
    // @ts-expect-error value is missing
    compiled(() => client.preferences.set.mutate({ key: "user.tea" }));
    // @ts-expect-error a value is JSON
    compiled(() => client.preferences.set.mutate({ key: "user.tea", value: new Date() }));
    // @ts-expect-error there is no such procedure
    compiled(() => client.memory.erase.mutate({ id: "x" }));
  });

  test("take what the server takes", () => {
    compiled(() => client.memory.add.mutate({ content: "tea", tags: ["drink"], validFrom: new Date() }));
    compiled(() => client.memory.list.query());
    compiled(() => client.memory.stats.query());
    compiled(() => client.memory.search.query({ query: "tea" }, { signal: AbortSignal.timeout(1) }));
    compiled(() => client.preferences.set.mutate({ key: "user.tea", value: null, category: null }));
    compiled(() => client.preferences.list.query());
  });
});
