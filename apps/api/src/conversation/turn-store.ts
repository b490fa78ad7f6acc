import type { JsonObject, Message } from "@keepsake/contract";
import { type Statement, type Transaction, write } from "@keepsake/db";
import { cacheFlights, conversations, interactions, responseCache, users } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { auditingEach } from "../platform/audit.ts";
import { ownedBy } from "../platform/owned.ts";
import { type MessageRow, toMessage } from "./message-row.ts";
import { isSpoken } from "./spoken.ts";
import { countedMessage, databaseNow } from "./store.ts";

/** A turn about to begin. */
export interface TurnDraft {
  /** The caller's idempotency key, if there is one. */
  readonly key: string | null;
  readonly interactionId: string;
  /** Of the user's message. */
  readonly messageId: string;
  /** Of the assistant's message, if the cache has the answer. */
  readonly answerId: string;
  readonly sessionId: string;
  readonly text: string;
  /** SHA-256, hex, of the text. */
  readonly textHash: string;
  /** The cache's key of the question. */
  readonly queryHash: string;
  readonly language: string | null;
  readonly intent: string | null;
  readonly metadata: JsonObject | null;
  /** When it was said, by the caller's clock; null for now. */
  readonly createdAt: Date | null;
}

/** What became of a begin. */
export interface SavedTurn {
  /** False when the interaction had begun before: a retry. */
  readonly isNew: boolean;
}

const json = (value: unknown): SQL => (value === null ? sql`null::jsonb` : sql`${JSON.stringify(value)}::jsonb`);

/** Nothing was said in the future, whatever the caller's clock says. */
function timeOf({ createdAt }: TurnDraft, laterMs: number): SQL {
  if (createdAt === null) return databaseNow;
  return sql`least(${new Date(createdAt.getTime() + laterMs).toISOString()}::timestamptz, ${databaseNow})`;
}

/**
 * Saves the user and the message, once an interaction: a retry of the same begin, also one at the same time, finds it
 * saved and adds nothing; the same id with another text or session fails, and takes everything sent along with it.
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
      on conflict ("user_id", "interaction_id") do update set "text_hash" = case
        when ${interactions.textHash} = ${textHash} and ${interactions.sessionId} = ${sessionId}
        then ${interactions.textHash} end
      returning (xmax = 0) as is_new
    ),
    ${countedMessage(
      actor,
      "saved",
      sql`insert into ${conversations}
        ("user_id", "id", "session_id", "interaction_id", "role", "content", "language", "intent", "metadata", "created_at")
      select ${actor.userId}, ${turn.messageId}::uuid, ${sessionId}, ${interactionId}, 'user', ${turn.text},
        ${language}, ${intent}, ${json(turn.metadata)}, ${timeOf(turn, 0)}
      from begun where is_new`,
    )},
    audited as (${auditingEach(actor, "conversation.begin", turn.messageId, sql`begun where is_new`)})
    select is_new from begun`;
  return {
    query,
    read([row]) {
      if (!row) throw new Error("a turn was not saved");
      return { isNew: row["is_new"] === true };
    },
  };
}

/**
 * Answers the turn from the cache, if an entry fits: counts the hit or the miss, and on a hit saves the answer as the
 * assistant's message, once an interaction.
 *
 * @param giving the parts of a statement that give the answer and count; its row is called `hit`
 */
export function answerFromCache<T>(actor: Actor, turn: TurnDraft, giving: Statement<T>): Statement<T> {
  const { interactionId, sessionId, language, intent } = turn;
  const query = sql`
    with ${giving.query},
    ${countedMessage(
      actor,
      "said",
      sql`insert into ${conversations}
        ("user_id", "id", "session_id", "interaction_id", "role", "content", "language", "intent", "created_at")
      select ${actor.userId}, ${turn.answerId}::uuid, ${sessionId}, ${interactionId}, 'assistant', response,
        ${language}::varchar, ${intent}::varchar, ${timeOf(turn, 1)}
      from hit where not exists (
        select from ${conversations} where ${ofInteraction(actor, interactionId)} and ${conversations.role} = 'assistant')`,
    )},
    ended as (
      update ${interactions} set "answered_at" = coalesce(${interactions.answeredAt}, ${databaseNow}), "cache_id" = hit.id
      from hit where ${interactions.userId} = ${actor.userId} and ${interactions.interactionId} = ${interactionId}
    ),
    audited as (${auditingEach(actor, "conversation.begin", turn.answerId, sql`said`)})
    select * from hit`;
  return { query, read: (rows) => giving.read(rows) };
}

const ofInteraction = (actor: Actor, interactionId: string) =>
  sql`${conversations.userId} = ${actor.userId} and ${conversations.interactionId} = ${interactionId}`;

/** What was said last in a session, but in this turn, oldest first. */
export function readTail(actor: Actor, turn: TurnDraft, rowsMax: number): Statement<Message[]> {
  const query = sql`
    select ${conversations.id} as id, ${conversations.sessionId} as "sessionId",
      ${conversations.interactionId} as "interactionId", ${conversations.role} as role, ${conversations.content} as content,
      ${conversations.language} as language, ${conversations.intent} as intent, ${conversations.metadata} as metadata,
      ${conversations.createdAt} as "createdAt"
    from ${conversations}
    where ${conversations.userId} = ${actor.userId} and ${conversations.sessionId} = ${turn.sessionId}
      and ${conversations.interactionId} <> ${turn.interactionId} and ${isSpoken}
    order by ${conversations.createdAt} desc, ${conversations.id} desc limit ${rowsMax}`;
  return { query, read: (rows) => rows.map((row) => toMessage(row as unknown as MessageRow)).reverse() };
}

/** Whether a question that somebody else asks has been answered, and whether it is still being asked. */
export interface FlightState {
  readonly isAnswered: boolean;
  readonly isUnderWay: boolean;
}

const isAnswered = (actor: Actor, { queryHash }: TurnDraft): SQL => sql`exists (
  select from ${responseCache} where ${responseCache.userId} = ${actor.userId}
  and ${responseCache.queryHash} = ${queryHash} and ${responseCache.expiresAt} > clock_timestamp())`;

/** Locked, so that no flight is left behind when the turn is erased meanwhile. */
const isBegun = (actor: Actor, { interactionId }: TurnDraft): SQL => sql`exists (
  select from ${interactions} where ${interactions.userId} = ${actor.userId}
  and ${interactions.interactionId} = ${interactionId} for key share)`;

/** Looks after a question that another interaction asks its model; counts nothing. */
export function watchFlight(actor: Actor, turn: TurnDraft): Statement<FlightState> {
  const query = sql`
    select ${isAnswered(actor, turn)} as answered,
      exists (
        select from ${cacheFlights} where ${cacheFlights.userId} = ${actor.userId}
        and ${cacheFlights.queryHash} = ${turn.queryHash} and ${cacheFlights.expiresAt} > clock_timestamp()) as under_way`;
  return {
    query,
    read: ([row]) => ({ isAnswered: row?.["answered"] === true, isUnderWay: row?.["under_way"] === true }),
  };
}

/**
 * Names this interaction as the one that asks the model, unless an equal question is being asked, or is answered. In a
 * flush it stands before the look-up: a completion too locks the flight before the cache.
 */
export function claimFlight(actor: Actor, turn: TurnDraft, leaseMs: number): Statement<{ isMine: boolean }> {
  const expiresAt = sql`clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)`;
  const query = sql`
    insert into ${cacheFlights} ("user_id", "query_hash", "interaction_id", "expires_at")
    select ${actor.userId}, ${turn.queryHash}, ${turn.interactionId}, ${expiresAt}
    where not ${isAnswered(actor, turn)} and ${isBegun(actor, turn)}
    on conflict ("user_id", "query_hash") do update
      set "interaction_id" = excluded."interaction_id", "expires_at" = excluded."expires_at"
      where ${cacheFlights.expiresAt} < clock_timestamp() or ${cacheFlights.interactionId} = excluded."interaction_id"
    returning 1 as mine`;
  return { query, read: (rows) => ({ isMine: rows.length > 0 }) };
}

/** Ends the waiting for a question: answered, given up, or in need of no model after all. */
export const endFlight = (actor: Actor, interactionId: string): Statement<void> =>
  write(sql`
    delete from ${cacheFlights} where ${cacheFlights.userId} = ${actor.userId}
    and ${cacheFlights.interactionId} = ${interactionId}`);

/**
 * Whether a turn is there, until the transaction ends: what follows it is written behind its answer, and must not be
 * written behind its erasure.
 */
export async function isTurnThere(actor: Actor, tx: Transaction, interactionId: string): Promise<boolean> {
  const found = await tx
    .select({ interactionId: interactions.interactionId })
    .from(interactions)
    .where(withId(actor, interactionId))
    .for("key share");
  return found.length > 0;
}

/** Keeps what the context was made of. */
export async function keepUsed(actor: Actor, tx: Transaction, interactionId: string, used: unknown): Promise<void> {
  await tx.update(interactions).set({ used }).where(withId(actor, interactionId));
}

/** Notes that an interaction was answered, and the entry that its answer became; null for none. */
export async function markAnswered(
  actor: Actor,
  tx: Transaction,
  interactionId: string,
  cacheId: string | null,
): Promise<void> {
  await tx
    .update(interactions)
    .set({ answeredAt: databaseNow, ...(cacheId !== null && { cacheId }) })
    .where(withId(actor, interactionId));
}

const withId = (actor: Actor, interactionId: string) =>
  and(ownedBy(actor, interactions), eq(interactions.interactionId, interactionId));
