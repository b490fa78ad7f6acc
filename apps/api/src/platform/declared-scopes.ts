import type { ProcedureMeta } from "@keepsake/contract";

/** Procedures by slice and name, as the routes hold them. */
export type Slices = Readonly<Record<string, Readonly<Record<string, object>>>>;

/**
 * Checks that each procedure says what its caller's token has to hold: one that says nothing would be open to every token.
 *
 * @throws Error that names those without
 */
export function assertScopesDeclared(slices: Slices): void {
  const silent = Object.entries(slices).flatMap(([slice, procedures]) =>
    Object.entries(procedures).flatMap(([name, procedure]) => (scopeOf(procedure) ? [] : [`${slice}.${name}`])),
  );
  if (silent.length > 0) throw new Error(`procedures without .meta({ scope }): ${silent.join(", ")}`);
}

function scopeOf(procedure: object): ProcedureMeta["scope"] | undefined {
  return (procedure as { _def?: { meta?: ProcedureMeta } })._def?.meta?.scope;
}
