import type { JsonObject } from "@keepsake/contract";
import { type Statement, type Transaction, write } from "@keepsake/db";
import { cacheFlights, conversations, interactions, users } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";

/** A turn about to begin. */
export interface TurnDraft {
  readonly interactionId: string;
  /** Of the user's message. */
  readonly messageId: string;
  readonly sessionId: string;
  readonly text: string;
  /** SHA-256, hex, of the text. */
  readonly textHash: string;
  /** The cache's key of the question. */
  readonly queryHash: string;
  readonly language: string | null;
  readonly intent: string | null;
  readonly metadata: JsonObject | null;
}

/** What became of a begin. */
export interface SavedTurn {
  /** False when the interaction had begun before: a retry. */
  readonly isNew: boolean;
  /** Of the text that the interaction began with. */
  readonly textHash: string;
  readonly sessionId: string;
}

const json = (value: unknown): SQL => (value === null ? sql`null::jsonb` : sql`${JSON.stringify(value)}::jsonb`);

/** The database's clock, to the millisecond, as messages have it. */
const now = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * Saves the user and the message, once an interaction: a retry of the same begin, also one at the same time, finds it
 * saved and adds nothing.
 */
export function saveTurn(actor: Actor, turn: TurnDraft): Statement<SavedTurn> {
  const { interactionId, sessionId, textHash, queryHash, language, intent } = turn;
  const query = sql`
    with known as (
      insert into ${users} ("user_id") values (${actor.userId}) on conflict do nothing
    ),
    begun as (
      insert into ${interactions} ("user_id", "interaction_id", "session_id", "text_hash", "query_hash", "intent")
      values (${actor.userId}, ${interactionId}, ${sessionId}, ${textHash}, ${queryHash}, ${intent})
      on conflict ("user_id", "interaction_id") do update set "text_hash" = ${interactions.textHash}
      returning (xmax = 0) as is_new, ${interactions.textHash} as text_hash, ${interactions.sessionId} as session_id
    ),
    saved as (
      insert into ${conversations}
        ("user_id", "id", "session_id", "interaction_id", "role", "content", "language", "intent", "metadata", "created_at")
      select ${actor.userId}, ${turn.messageId}::uuid, ${sessionId}, ${interactionId}, 'user', ${turn.text},
        ${language}, ${intent}, ${json(turn.metadata)}, ${now}
      from begun where is_new
    )
    select is_new, text_hash, session_id from begun`;
  return {
    query,
    read([row]) {
      if (!row) throw new Error("a turn was not saved");
      return {
        isNew: row["is_new"] === true,
        textHash: String(row["text_hash"]),
        sessionId: String(row["session_id"]),
      };
    },
  };
}

/** Names this interaction as the one that asks the model, unless an equal question is being asked. */
export function claimFlight(actor: Actor, turn: TurnDraft, leaseMs: number): Statement<{ isMine: boolean }> {
  const expiresAt = sql`clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)`;
  const query = sql`
    insert into ${cacheFlights} ("user_id", "query_hash", "interaction_id", "expires_at")
    values (${actor.userId}, ${turn.queryHash}, ${turn.interactionId}, ${expiresAt})
    on conflict ("user_id", "query_hash") do update
      set "interaction_id" = excluded."interaction_id", "expires_at" = excluded."expires_at"
      where ${cacheFlights.expiresAt} < clock_timestamp() or ${cacheFlights.interactionId} = excluded."interaction_id"
    returning 1 as mine`;
  return { query, read: (rows) => ({ isMine: rows.length > 0 }) };
}

/** Ends the waiting for a question, answered or given up. */
export async function endFlight(actor: Actor, tx: Transaction, interactionId: string): Promise<void> {
  await tx.delete(cacheFlights).where(and(ownedBy(actor, cacheFlights), eq(cacheFlights.interactionId, interactionId)));
}

/** Keeps what the context was made of. */
export function keepUsed(actor: Actor, interactionId: string, used: unknown): Statement<void> {
  return write(sql`
    update ${interactions} set "used" = ${json(used)}
    where ${interactions.userId} = ${actor.userId} and ${interactions.interactionId} = ${interactionId}`);
}
