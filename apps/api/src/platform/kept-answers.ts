import type { Transaction } from "@keepsake/db";
import { idempotencyKeys } from "@keepsake/db/schema";
import { and, ne, sql } from "drizzle-orm";
import type { Actor } from "./actor.ts";
import { ownedBy } from "./owned.ts";

/** Days that an answer is kept for a retry. */
const KEPT_DAYS = 7;

/** Removes answers that are too old for a retry, by the database's clock. @returns how many */
export async function pruneOldAnswers(actor: Actor, tx: Transaction): Promise<number> {
  const old = sql`${idempotencyKeys.createdAt} < now() - make_interval(days => ${KEPT_DAYS})`;
  const rows = await tx
    .delete(idempotencyKeys)
    .where(and(ownedBy(actor, idempotencyKeys), old))
    .returning({ key: idempotencyKeys.key });
  return rows.length;
}

// An answer that tells of what was erased goes, and its key stays: a late retry must not write again what is gone.

/** Erases answers that tell of what was erased: those in which one of these ids stands. */
export async function eraseAnswers(actor: Actor, tx: Transaction, erasedIds: readonly string[]): Promise<void> {
  if (erasedIds.length === 0) return;
  // `offset 0`: the answer becomes text once, and not once an id.
  const naming = sql`exists (
    select 1 from (select ${idempotencyKeys.response}::text as text offset 0) as said,
      unnest(${`{${erasedIds.join(",")}}`}::text[]) as erased(id)
    where position(erased.id in said.text) > 0)`;
  await tx
    .update(idempotencyKeys)
    .set({ response: null })
    .where(and(ownedBy(actor, idempotencyKeys), naming));
}

/** Erases a router's answers in which a field has one of these values: they tell of what was erased. */
export async function eraseAnswersNaming(
  actor: Actor,
  tx: Transaction,
  { router, field, values }: { readonly router: string; readonly field: string; readonly values: readonly string[] },
): Promise<void> {
  if (values.length === 0) return;
  const named = sql`${idempotencyKeys.response} -> 'json' ->> ${field}::text`;
  const erased = sql`select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb)`;
  const ofRouter = sql`starts_with(${idempotencyKeys.procedure}, ${`${router}.`})`;
  await tx
    .update(idempotencyKeys)
    .set({ response: null })
    .where(and(ownedBy(actor, idempotencyKeys), ofRouter, sql`${named} in (${erased})`));
}

/**
 * Erases answers that hold messages of a session.
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
