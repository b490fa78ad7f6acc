import type { Transaction } from "@keepsake/db";
import type { Actor } from "../platform/actor.ts";
import { DomainError } from "../platform/domain-error.ts";
import { findApiToken } from "./token-store.ts";

/**
 * When a token ends that a caller makes or renews: never after the caller's own, which otherwise would outlive itself.
 * The command line, `KEEPSAKE_ADMIN_TOKEN` and a server without tokens have no end.
 *
 * @param wanted null for an end that nobody asked for: the caller's own then
 * @throws DomainError `FORBIDDEN` for a later one
 */
export async function endWithinOwn(actor: Actor, tx: Transaction, wanted: Date | null): Promise<Date | null> {
  const own = await ownEnd(actor, tx);
  if (wanted !== null) assertNotAfter(own, wanted);
  return wanted ?? own;
}

/**
 * As {@link endWithinOwn}, for a token whose end is settled; null is never.
 *
 * @throws DomainError `FORBIDDEN` when it ends after the caller's own
 */
export async function assertEndsWithinOwn(actor: Actor, tx: Transaction, end: Date | null): Promise<void> {
  assertNotAfter(await ownEnd(actor, tx), end);
}

async function ownEnd({ by }: Actor, tx: Transaction): Promise<Date | null> {
  return by?.tokenId ? ((await findApiToken(tx, by.tokenId))?.expiresAt ?? null) : null;
}

function assertNotAfter(own: Date | null, end: Date | null): void {
  if (own === null || (end !== null && end <= own)) return;
  throw new DomainError(
    "FORBIDDEN",
    `A token cannot give out one that outlives it: it ends at ${own.toISOString()}. One without an end can, and keepsake token create.`,
  );
}
