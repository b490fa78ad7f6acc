import { DeadlineError } from "./database-error.ts";

/**
 * The result of `work`, or a {@link DeadlineError} after `timeoutMs`. postgres.js never gives up by itself: a server
 * that accepts and stays silent would hold its caller for ever. The work itself goes on, and its late failure is
 * nobody's.
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: expiry, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(timeoutMs)), timeoutMs);
  work.catch(() => {});
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
