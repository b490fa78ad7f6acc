import { createHash } from "node:crypto";
import type { Transaction } from "@keepsake/db";
import { idempotencyKeys } from "@keepsake/db/schema";
import { and, eq, ne, or, sql } from "drizzle-orm";
import superjson, { type SuperJSONResult } from "superjson";
import type { Actor } from "./actor.ts";
import { auditAnswer } from "./audit.ts";
import { DomainError } from "./domain-error.ts";
import { ownedBy } from "./owned.ts";

/** A write that may be sent again. */
export interface IdempotentCall {
  /** The caller's key; without one the write simply runs. */
  readonly key: string | undefined;
  readonly procedure: string;
  readonly input: unknown;
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
  const claimed = await tx
    .insert(idempotencyKeys)
    .values({ userId: actor.userId, key: call.key, procedure: call.procedure, inputHash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (claimed.length === 0) return replay<T>(actor, tx, call.key, inputHash);
  const answer = await runAudited(actor, tx, call, effect);
  await tx
    .update(idempotencyKeys)
    .set({ response: superjson.serialize(answer) })
    .where(keyOf(actor, call.key));
  return answer;
}

async function runAudited<T>(actor: Actor, tx: Transaction, { procedure }: IdempotentCall, effect: () => Promise<T>) {
  const answer = await effect();
  await auditAnswer(actor, tx, procedure, answer);
  return answer;
}

async function replay<T>(actor: Actor, tx: Transaction, key: string, inputHash: string): Promise<T> {
  const [stored] = await tx.select().from(idempotencyKeys).where(keyOf(actor, key));
  if (stored?.inputHash !== inputHash) {
    throw new DomainError("IDEMPOTENCY_MISMATCH", "This idempotencyKey was used with another input: take a new key.");
  }
  // Key and answer are written in one transaction: an answer that is missing was erased.
  if (stored.response === null) {
    const message =
      "What was written with this idempotencyKey has been deleted since: take a new key to write it again.";
    throw new DomainError("IDEMPOTENCY_MISMATCH", message);
  }
  return superjson.deserialize<T>(stored.response as SuperJSONResult);
}

const keyOf = (actor: Actor, key: string) => and(ownedBy(actor, idempotencyKeys), eq(idempotencyKeys.key, key));

/** Days that an answer is kept for a retry. */
const KEPT_DAYS = 7;

/**
 * Removes answers that are too old for a retry, and those that tell of memories that were erased.
 *
 * @param erasedIds ids that no answer may name any more
 */
export async function pruneAnswers(actor: Actor, tx: Transaction, erasedIds: readonly string[]): Promise<void> {
  const old = sql`${idempotencyKeys.createdAt} < now() - make_interval(days => ${KEPT_DAYS})`;
  const naming = sql`exists (select 1 from unnest(${`{${erasedIds.join(",")}}`}::text[]) as erased(id)
    where position(erased.id in ${idempotencyKeys.response}::text) > 0)`;
  await tx.delete(idempotencyKeys).where(and(ownedBy(actor, idempotencyKeys), or(old, naming)));
}

/** Removes a router's answers in which a field has one of these values: they tell of what was erased. */
export async function pruneAnswersNaming(
  actor: Actor,
  tx: Transaction,
  { router, field, values }: { readonly router: string; readonly field: string; readonly values: readonly string[] },
): Promise<void> {
  if (values.length === 0) return;
  const named = sql`${idempotencyKeys.response} -> 'json' ->> ${field}::text`;
  const erased = sql`select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb)`;
  const ofRouter = sql`starts_with(${idempotencyKeys.procedure}, ${`${router}.`})`;
  await tx.delete(idempotencyKeys).where(and(ownedBy(actor, idempotencyKeys), ofRouter, sql`${named} in (${erased})`));
}

/**
 * Erases answers that hold messages of a session. Their keys stay, so that a late retry writes nothing again.
 *
 * @param except the procedure whose answers name the session and nothing that was said in it
 */
export async function eraseAnswersOfSession(actor: Actor, tx: Transaction, sessionId: string, except: string) {
  const named = sql`'"sessionId": ' || to_jsonb(${sessionId}::text)::text`;
  await tx
    .update(idempotencyKeys)
    .set({ response: null })
    .where(
      and(
        ownedBy(actor, idempotencyKeys),
        ne(idempotencyKeys.procedure, except),
        sql`position(${named} in ${idempotencyKeys.response}::text) > 0`,
      ),
    );
}

/** The same whatever the order of keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, inner]) => [key, canonical(inner)]);
}

function hashOf(call: IdempotentCall): string {
  const text = JSON.stringify([call.procedure, canonical(superjson.serialize(call.input))]);
  return createHash("sha256").update(text).digest("hex");
}
