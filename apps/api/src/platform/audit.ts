import type { Database, Transaction } from "@keepsake/db";
import { auditLog } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, ofServer } from "./actor.ts";
import { type ChangedItems, changedItems, namedItems } from "./changed-items.ts";

/** Facts about an effect, never a content: `{ "format": "alpaca" }`. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** An effect, as the trail tells it. */
export interface Effect extends ChangedItems {
  readonly procedure: string;
  readonly details?: AuditDetails;
}

/**
 * Writes an effect into the audit trail. In the effect's own transaction, so that neither is without the other; the
 * database refuses it, and the effect with it, while the user is being erased.
 */
export async function audit(actor: Actor, tx: Transaction | Database, effect: Effect): Promise<void> {
  const { procedure, items, count: itemCount, details = null } = effect;
  const { tokenId = null, role = "server", requestId = null } = actor.by ?? {};
  await tx.insert(auditLog).values({
    userId: actor.userId,
    id: uuidv7(),
    tokenId,
    role,
    procedure,
    items: [...items],
    itemCount,
    details,
    requestId,
  });
}

/** As {@link audit}, for an effect that its answer tells. */
export async function auditAnswer(actor: Actor, tx: Transaction, procedure: string, answer: unknown): Promise<void> {
  await audit(actor, tx, { procedure, ...changedItems(actor.userId, answer) });
}

/** As {@link auditAnswer}, for an effect on the server: it stands in the server's own part of the trail. */
export async function auditServer(
  actor: Actor,
  tx: Transaction,
  effect: { readonly procedure: string; readonly details: AuditDetails; readonly answer: unknown },
): Promise<void> {
  const { procedure, details, answer } = effect;
  await audit(ofServer(actor), tx, { procedure, details, ...changedItems(null, answer) });
}

/**
 * Tells that what a user had given up is gone for good, which the server does by itself; nothing when nothing went.
 *
 * @param what such as `memories`
 * @param names their ids, or the names that a caller chose
 */
export async function auditErased(
  actor: Actor,
  tx: Transaction,
  what: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await audit(actor, tx, { procedure: "server.erase", details: { what }, ...namedItems(actor.userId, names) });
}

/** A part of a statement that writes an effect on one item, for each row of `source`. */
export function auditingEach(actor: Actor, procedure: string, itemId: string, source: SQL): SQL {
  const { tokenId = null, role = "server", requestId = null } = actor.by ?? {};
  return sql`insert into ${auditLog}
    ("user_id", "id", "token_id", "role", "procedure", "items", "item_count", "request_id")
    select ${actor.userId}, ${uuidv7()}::uuid, ${tokenId}::text, ${role}, ${procedure}, array[${itemId}::text], 1,
      ${requestId}::text
    from ${source}`;
}
