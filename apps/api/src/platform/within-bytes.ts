import { PAGE_BYTES_MAX } from "@keepsake/contract";

/**
 * As many of the first items as fit into one answer, and at least one, so that whoever goes on from the last comes to an
 * end.
 *
 * @param bytesMax of all items together as JSON in UTF-8
 */
export function withinBytes<T>(items: readonly T[], bytesMax: number = PAGE_BYTES_MAX): T[] {
  let bytes = 0;
  const end = items.findIndex((item, at) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return at > 0 && bytes > bytesMax;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}
