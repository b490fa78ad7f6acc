import type { Queryable, Transaction } from "@keepsake/db";
import { cacheCounters, responseCache } from "@keepsake/db/schema";
import { sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { isExpired } from "./entry-filters.ts";

/** Entries that leave in one statement: a maximum that was lowered by much is reached in several. */
const LEAVING_ROWS_MAX = 1_000;

/** How many entries there are, from the counters: counting rows would take longer the more there are. */
const entriesOf = (actor: Actor) => sql`coalesce((
  select ${cacheCounters.stored} - ${cacheCounters.evictions} - ${cacheCounters.invalidations}
    - ${cacheCounters.expirations}
  from ${cacheCounters} where ${ownedBy(actor, cacheCounters)}), 0)`;

/** How the number of entries changes. */
export interface RoomWanted {
  /** Entries that are there and not counted yet. */
  readonly added: number;
  readonly entriesMax: number;
}

/**
 * Counts new entries, and lets as many leave as are too many: what expired, longest ago first, then the least recently
 * used. The cache has to be locked.
 *
 * @returns how many left
 */
export async function makeRoom(actor: Actor, tx: Transaction, { added, entriesMax }: RoomWanted): Promise<number> {
  const tooMany = sql`(select rows from too_many)`;
  const [row] = await tx.execute<{ total: string }>(sql`
    with too_many as (
      select least(greatest(${entriesOf(actor)} + ${added}::int - ${entriesMax}::int, 0), ${LEAVING_ROWS_MAX}) as rows
    ), leaving as (
      (select 0 as turn, expires_at as since, id from ${responseCache}
        where ${ownedBy(actor, responseCache)} and ${isExpired} order by since, id limit ${tooMany})
      union all
      (select 1, used_at as since, id from ${responseCache}
        where ${ownedBy(actor, responseCache)} and not ${isExpired} order by since, id limit ${tooMany})
      order by turn, since, id limit ${tooMany}
    ), gone as (
      delete from ${responseCache} where ${ownedBy(actor, responseCache)} and id in (select id from leaving)
      returning ${isExpired} as expired
    ), tally as (
      select count(*) as total, count(*) filter (where expired) as expired from gone
    ), counted as (
      insert into ${cacheCounters} ("user_id", stored, evictions, expirations)
      select ${actor.userId}, ${added}::int, total - expired, expired from tally
      on conflict (user_id) do update set stored = ${cacheCounters.stored} + excluded.stored,
        evictions = ${cacheCounters.evictions} + excluded.evictions,
        expirations = ${cacheCounters.expirations} + excluded.expirations
    )
    select total from tally`);
  return Number(row?.total ?? 0);
}

/** Whether anything expired, or there are more entries than there may be. */
export async function needsSweeping(actor: Actor, db: Queryable, entriesMax: number): Promise<boolean> {
  const [row] = await db.execute<{ due: boolean }>(sql`
    select ${entriesOf(actor)} > ${entriesMax}::int or exists (
      select from ${responseCache} where ${ownedBy(actor, responseCache)} and ${isExpired}) as due`);
  return row?.due ?? false;
}
