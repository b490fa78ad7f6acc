import { type Statement, write } from "@keepsake/db";
import { idempotencyKeys, interactions } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { refusedNull } from "../platform/database-failure.ts";
import { DomainError } from "../platform/domain-error.ts";
import { hashOf, newKey, writtenAndDeleted } from "../platform/idempotency.ts";
import type { TurnDraft } from "./turn-store.ts";

// A turn waits for the database once, so that nothing of ours can look at one answer before it sends the next statement.
// What must not be is made to fail in the database: a column that may not be null is set to null, the transaction falls
// with everything in it, and `toMismatch` reads from the column what was wrong.

const PROCEDURE = "conversation.begin";

/** Takes the turn's key, or waits for whoever has it; fails when it was used by another procedure or for other words. */
export function claimKey(actor: Actor, turn: TurnDraft): Statement<void> | null {
  if (turn.key === null) return null;
  const { interactionId, sessionId, text, language, intent, metadata } = turn;
  // What was said makes two turns the same. How long a caller waits, and its clock, may change from try to try.
  const input = { interactionId, sessionId, text, language, intent, metadata };
  const hash = hashOf({ procedure: PROCEDURE, input });
  return write(sql`${newKey(actor, turn.key, PROCEDURE, hash)}
    on conflict ("user_id", "key") do update
    set "procedure" = case when ${idempotencyKeys.inputHash} = ${hash} then ${idempotencyKeys.procedure} end`);
}

/** Fails when the key was used before and the turn begins only now: its session has been deleted since. */
export function assertNotDeleted(actor: Actor, turn: TurnDraft): Statement<void> | null {
  if (turn.key === null) return null;
  return write(sql`
    update ${idempotencyKeys} set "created_at" = null
    where ${idempotencyKeys.userId} = ${actor.userId} and ${idempotencyKeys.key} = ${turn.key}
      and ${idempotencyKeys.createdAt} < now() and exists (
        select from ${interactions} where ${interactions.userId} = ${actor.userId}
        and ${interactions.interactionId} = ${turn.interactionId} and ${interactions.beganAt} = now())`);
}

const MISMATCH: Readonly<Record<string, string>> = {
  "idempotency_keys.procedure": "This idempotencyKey was used with another input: take a new key.",
  "interactions.text_hash":
    "This interaction began with another text or in another session: leave interactionId and idempotencyKey out, or take new ones.",
};

/** What the failure of a turn's statements says of its key; any other failure as it is. */
export function toMismatch(error: unknown): unknown {
  const refused = refusedNull(error);
  if (!refused) return error;
  const at = `${refused.table}.${refused.column}`;
  if (at === "idempotency_keys.created_at") return writtenAndDeleted(error);
  return MISMATCH[at] ? new DomainError("IDEMPOTENCY_MISMATCH", MISMATCH[at], { cause: error }) : error;
}
