import { createHash } from "node:crypto";
import type { Transaction } from "@keepsake/db";
import { idempotencyKeys, users } from "@keepsake/db/schema";
import { and, eq, sql } from "drizzle-orm";
import superjson, { type SuperJSONResult } from "superjson";
import type { Actor } from "./actor.ts";
import { type AuditDetails, auditAnswer, auditServer } from "./audit.ts";
import { DomainError } from "./domain-error.ts";
import { ownedBy } from "./owned.ts";
import { noteReplay } from "./replays.ts";

/** A write that may be sent again. */
export interface IdempotentCall {
  /** The caller's key; without one the write simply runs. */
  readonly key: string | undefined;
  readonly procedure: string;
  readonly input: unknown;
  /** It concerns the server and no user: facts for the server's part of the audit trail. */
  readonly ofServer?: AuditDetails;
}

/**
 * Runs a write once per key. The key is stored in the transaction of the effect: a failed write leaves no key, so that
 * a retry is a real one, and a retry during the first call waits for its end and then gets the same answer. What was
 * changed goes into the audit trail, in the same transaction.
 *
 * @returns the effect's answer, or the stored one
 * @throws DomainError `IDEMPOTENCY_MISMATCH` when the key was used with another input
 */
export async function runOnce<T>(actor: Actor, tx: Transaction, call: IdempotentCall, effect: () => Promise<T>) {
  if (call.key === undefined) return runAudited(actor, tx, call, effect);
  const inputHash = hashOf(call);
  const claimed = await tx.execute(sql`${newKey(actor, call.key, call.procedure, inputHash)}
    on conflict do nothing returning 1 as claimed`);
  if (claimed.length === 0) return replay<T>(actor, tx, call.key, inputHash);
  const answer = await runAudited(actor, tx, call, effect);
  await tx
    .update(idempotencyKeys)
    .set({ response: superjson.serialize(answer) })
    .where(keyOf(actor, call.key));
  return answer;
}

async function runAudited<T>(actor: Actor, tx: Transaction, call: IdempotentCall, effect: () => Promise<T>) {
  const { procedure, ofServer: details } = call;
  const answer = await effect();
  if (details) await auditServer(actor, tx, { procedure, details, answer });
  else await auditAnswer(actor, tx, procedure, answer);
  return answer;
}

async function replay<T>(actor: Actor, tx: Transaction, key: string, inputHash: string): Promise<T> {
  const [stored] = await tx.select().from(idempotencyKeys).where(keyOf(actor, key));
  if (stored?.inputHash !== inputHash) {
    throw new DomainError("IDEMPOTENCY_MISMATCH", "This idempotencyKey was used with another input: take a new key.");
  }
  // Key and answer are written in one transaction: an answer that is missing was erased.
  if (stored.response === null) throw writtenAndDeleted();
  noteReplay(actor);
  return superjson.deserialize<T>(stored.response as SuperJSONResult);
}

/** What a retry is told whose first call wrote something that is gone. */
export const writtenAndDeleted = (cause?: unknown) =>
  new DomainError(
    "IDEMPOTENCY_MISMATCH",
    "What was written with this idempotencyKey has been deleted since: take a new key to write it again.",
    { cause },
  );

/** The row of a key, as the beginning of an insert; and the user's own, so that background work comes by. */
export const newKey = (actor: Actor, key: string, procedure: string, inputHash: string) => sql`
  with known as (insert into ${users} ("user_id") values (${actor.userId}) on conflict do nothing)
  insert into ${idempotencyKeys} ("user_id", "key", "procedure", "input_hash")
  values (${actor.userId}, ${key}, ${procedure}, ${inputHash})`;

const keyOf = (actor: Actor, key: string) => and(ownedBy(actor, idempotencyKeys), eq(idempotencyKeys.key, key));

/** The same whatever the order of keys. An object is told from a list of pairs. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return { entries: entries.map(([key, inner]) => [key, canonical(inner)]) };
}

/** What makes two calls the same: the procedure and its input, SHA-256 in hex. */
export function hashOf(call: Pick<IdempotentCall, "procedure" | "input">): string {
  const text = JSON.stringify([call.procedure, canonical(superjson.serialize(call.input))]);
  return createHash("sha256").update(text).digest("hex");
}
