import type { AnyProcedure, inferProcedureInput, inferProcedureOutput } from "@trpc/server";
import type { routes } from "../../routes.ts";

/** A call and its answer, as they look in practice. */
export interface Example<Input = unknown, Output = unknown> {
  readonly input: Input;
  readonly output: Output;
}

type Routes = typeof routes;

type ExampleOf<Procedure> = Procedure extends AnyProcedure
  ? Example<Extract<inferProcedureInput<Procedure>, object>, inferProcedureOutput<Procedure>>
  : never;

/** An example for every procedure of a slice: one without does not compile. */
export type ExamplesOf<Slice extends keyof Routes> = {
  readonly [Name in keyof Routes[Slice]]: ExampleOf<Routes[Slice][Name]>;
};

/** The moment at which most of the examples happen. */
export const createdAt = new Date("2026-11-23T18:30:00.000Z");
/** The moment at which something changes. */
export const changedAt = new Date("2026-11-24T07:15:00.000Z");
