import { DomainError } from "./domain-error.ts";

/** What superjson may make of JSON here. Everything else that it knows no input takes, and some of it does harm. */
const KNOWN_TYPES: ReadonlySet<unknown> = new Set(["Date", "undefined", "number"]);

/**
 * Refuses superjson's other types before it makes values of them: a typed array of a number takes gigabytes, an
 * expression of a text is the caller's program.
 *
 * @param meta what came as "meta" beside "json"; its tree of types stands under "values"
 * @throws DomainError `INVALID_INPUT` with the field
 */
export function assertKnownTypes(meta: unknown): void {
  if (typeof meta !== "object" || meta === null || !("values" in meta)) return;
  const path = findUnknownType(meta.values, []);
  if (path === null) return;
  const field = path.join(".");
  const message = "must be JSON or a date: superjson's other types are not taken";
  throw new DomainError("INVALID_INPUT", `"${field}" ${message}.`, { issues: [{ path: field, message }] });
}

/** A node is a list of its type and, where it has them, its children by their keys; or the children alone. */
function findUnknownType(node: unknown, path: readonly string[]): readonly string[] | null {
  if (typeof node !== "object" || node === null) return path;
  const [type, children] = Array.isArray(node) ? (node as unknown[]) : [undefined, node];
  if (type !== undefined && !KNOWN_TYPES.has(type)) return path;
  for (const [key, child] of Object.entries(children ?? {})) {
    const found = findUnknownType(child, [...path, key]);
    if (found) return found;
  }
  return null;
}
