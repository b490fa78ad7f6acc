import { DomainError } from "./domain-error.ts";
import { withinBytes } from "./within-bytes.ts";

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

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** As {@link parseCursor}, for pages that end at an id. */
export const parseIdCursor = (cursor: string | undefined): string | null =>
  parseCursor(cursor, (text) => (UUID.test(text) ? text : null));

/** As {@link parseCursor}, for pages that end at a version. */
export const parseVersionCursor = (cursor: string | undefined): number | null =>
  parseCursor(cursor, (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null));

/**
 * A page, and where the next one begins. It ends early where it would be too large for one answer.
 *
 * @param found at least one row more than `limit` when there is a next page
 * @param toCursor names the page's last row
 */
export function toPage<T>(found: readonly T[], limit: number, toCursor: (last: T) => string) {
  return endPage(found.length, withinBytes(found.slice(0, limit)), toCursor);
}

/** As {@link toPage}, of rows that take a while to be made what they are for the caller: those beyond the page are not. */
export function toPageOf<R, T>(
  found: readonly R[],
  limit: number,
  toCursor: (last: T) => string,
  toItem: (row: R) => T,
) {
  return endPage(found.length, withinBytes(withinBytes(found.slice(0, limit)).map(toItem)), toCursor);
}

function endPage<T>(found: number, items: T[], toCursor: (last: T) => string) {
  const last = items.at(-1);
  return { items, nextCursor: found > items.length && last !== undefined ? toCursor(last) : null };
}
