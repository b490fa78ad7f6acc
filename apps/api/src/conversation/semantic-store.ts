import { conversations, embeddings } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import type { MessageSearch, QueryMeaning } from "./message-search.ts";
import { hitsInScope } from "./search-filters.ts";

/** Pieces read from the index for one message wanted: filters and several pieces of one text take some away. */
const PIECES_PER_MESSAGE = 4;

/**
 * Finds the messages nearest in meaning: `nearestMax` of them whenever so many match the filters.
 *
 * Few that may be found are compared one by one. Many are looked up by the index with pgvector's iterative scan, and,
 * when that loses so many of them among other people's that fewer than wanted are left, one by one all the same.
 *
 * @returns common table expressions, the last of them `nearest (id, similarity)`
 */
export function foundByMeaning(actor: Actor, search: MessageSearch, nearestMax: number): SQL {
  const { meaning } = search;
  if (!meaning) return sql`nearest as (select null::uuid as id, null::float8 as similarity where false)`;
  return sql`
    size as materialized (
      select count(*) > ${meaning.exactRowsMax} as is_large
      from (${eligible(actor, search, meaning)} limit ${meaning.exactRowsMax + 1}) as some_rows
    ),
    walked as materialized (${byIndex(actor, search, meaning, nearestMax)}),
    enough as materialized (select is_large and (select count(*) from walked) >= ${search.limit} as by_index from size),
    nearest as materialized (
      select id, similarity from walked where (select by_index from enough)
      union all
      (${isNarrow(search) ? lookedUp(actor, search, meaning) : measured(actor, search, meaning)}
        order by similarity desc limit ${nearestMax})
    )`;
}

/** Whether a filter leaves a part of the messages only; the session of a turn, which is left out, is a small one. */
const isNarrow = ({ sessionId, role, createdAfter, createdBefore }: MessageSearch): boolean =>
  [sessionId, role, createdAfter, createdBefore].some((filter) => filter !== undefined);

/** One row a message that may be found, or, where all may be, one a vector. */
const eligible = (actor: Actor, search: MessageSearch, meaning: QueryMeaning): SQL =>
  isNarrow(search)
    ? sql`select ${conversations.id} as id from ${conversations} where ${hitsInScope(actor, search)}`
    : sql`select 1 from ${embeddings} where ${vectorsOf(actor, meaning)}`;

/**
 * The space's id stands in the statement as a literal, and so does the limit of a walk: prepared with parameters, the
 * partial index is not used for the one, and a plan for any limit may leave it aside for the other.
 */
const vectorsOf = (actor: Actor, { space }: QueryMeaning) => sql`
  ${ownedBy(actor, embeddings)} and ${embeddings.spaceId} = ${sql.raw(String(space.id))}
  and ${embeddings.itemType} = 'message'`;

function byIndex(actor: Actor, search: MessageSearch, meaning: QueryMeaning, nearestMax: number): SQL {
  const length = sql.raw(String(meaning.space.dimensions));
  return sql`
    select walk.item_id as id, 1 - min(distance) as similarity from (
      select ${embeddings.itemId} as item_id,
        ${embeddings.embedding}::vector(${length}) <=> ${meaning.vector}::vector(${length}) as distance
      from ${embeddings} where ${vectorsOf(actor, meaning)} and (select is_large from size)
      order by distance limit ${sql.raw(String(nearestMax * PIECES_PER_MESSAGE))}
    ) as walk
    join ${conversations} on ${conversations.id} = walk.item_id and ${hitsInScope(actor, search)}
    group by walk.item_id order by min(distance) limit ${nearestMax}`;
}

const oneByOne = sql`not (select by_index from enough)`;

/** All of the user's vectors, one after the other. */
function measured(actor: Actor, { exceptSessionId }: MessageSearch, meaning: QueryMeaning): SQL {
  const { id, sessionId } = conversations;
  // By key: a list of the session's ids is gone through for each vector once it is too long to be hashed.
  const isElsewhere = sql`(
    select ${sessionId} from ${conversations} where ${ownedBy(actor, conversations)} and ${id} = ${embeddings.itemId}
  ) is distinct from ${exceptSessionId}`;
  return sql`
    select id, 1 - min(distance) as similarity from (
      select ${embeddings.itemId} as id, ${embeddings.embedding} <=> ${meaning.vector}::vector as distance
      from ${embeddings} where ${vectorsOf(actor, meaning)} and ${oneByOne}
      and ${exceptSessionId === undefined ? sql`true` : isElsewhere}
    ) as pieces group by id`;
}

/** The vectors of the messages that a filter leaves. */
const lookedUp = (actor: Actor, search: MessageSearch, meaning: QueryMeaning): SQL => sql`
  select id, similarity from (${eligible(actor, search, meaning)} and ${oneByOne}) as left_over
  cross join lateral (${similarityOf(actor, meaning, sql`left_over.id`)}) as looked_up where similarity is not null`;

/**
 * How near one message is in meaning, by its nearest piece. Looked up by key: a join would trust the planner's row
 * counts, which are wrong right after many rows were added, and compare every vector with every message.
 *
 * @returns a select of one row with `similarity`, null for a message without vectors
 */
export function similarityOf(actor: Actor, meaning: QueryMeaning, id: SQL): SQL {
  return sql`
    select 1 - min(${embeddings.embedding} <=> ${meaning.vector}::vector) as similarity from ${embeddings}
    where ${and(sql`${vectorsOf(actor, meaning)}`, eq(embeddings.itemId, id))}`;
}
