import { DomainError } from "./domain-error.ts";

/**
 * Reads a cursor that an earlier page gave.
 *
 * @param decode gives null for a text that no page ever gave
 * @returns null for the first page
 * @throws DomainError `INVALID_INPUT`
 */
export function parseCursor<T>(cursor: string | undefined, decode: (text: string) => T | null): T | null {
  if (cursor === undefined) return null;
  const decoded = decode(cursor);
  if (decoded !== null) return decoded;
  const issues = [{ path: "cursor", message: "is not a nextCursor of this call" }];
  throw new DomainError("INVALID_INPUT", '"cursor" must be the nextCursor of an earlier page.', { issues });
}
