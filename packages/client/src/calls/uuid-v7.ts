/**
 * A UUID of version 7 (RFC 9562): names made later sort behind those made before, to the millisecond.
 *
 * @param nowMs epoch milliseconds
 */
export function uuidV7(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, "0");
  // A random UUID has its variant, and enough randomness behind it.
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
