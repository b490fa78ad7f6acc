/** A node of PostgreSQL's own syntax tree, as its parser gives it in JSON. */
export type Node = { readonly [field: string]: unknown };

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The node of this kind inside its wrapper; null for another kind. */
export function asKind(value: unknown, kind: string): Node | null {
  return isNode(value) && isNode(value[kind]) ? value[kind] : null;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The texts of a list of names. */
export const namesOf = (value: unknown): string[] =>
  listOf(value).map((part) => String(asKind(part, "String")?.["sval"] ?? "*"));

/** The parameter that an expression is, whatever it is cast to; null for any other expression. */
export function parameterOf(expression: unknown): number | null {
  const cast = asKind(expression, "TypeCast");
  if (cast) return parameterOf(cast["arg"]);
  const number = asKind(expression, "ParamRef")?.["number"];
  return typeof number === "number" ? number : null;
}

/** The parts of a condition that all have to hold. */
export function conjunctsOf(condition: unknown): readonly unknown[] {
  const both = asKind(condition, "BoolExpr");
  if (both?.["boolop"] === "AND_EXPR") return listOf(both["args"]).flatMap(conjunctsOf);
  return condition === undefined ? [] : [condition];
}
