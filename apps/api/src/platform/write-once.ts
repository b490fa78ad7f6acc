import type { Transaction } from "@keepsake/db";
import type { Actor } from "./actor.ts";
import { type IdempotentCall, runOnce } from "./idempotency.ts";
import { retried } from "./retried.ts";
import type { Services } from "./services.ts";

/**
 * How every mutation writes: in one transaction, once per idempotency key, and again by itself where PostgreSQL gave the
 * transaction up for another one.
 *
 * @param effect may run more than once, but only the last time counts: it is to do nothing outside of its transaction
 * @throws DomainError as {@link runOnce}, and `DATABASE_UNAVAILABLE` when the first call with the key takes too long
 */
export async function writeOnce<T>(
  actor: Actor,
  { db, keysUnderWay }: Pick<Services, "db" | "keysUnderWay">,
  call: IdempotentCall,
  effect: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const write = () => retried(() => db.transaction((tx) => runOnce(actor, tx, call, () => effect(tx))));
  return call.key === undefined ? write() : keysUnderWay.inTurn(actor, call.key, write);
}
