import { conversations, embeddings } from "@keepsake/db/schema";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import type { MessageSearch, QueryMeaning } from "./message-search.ts";
import { hitsInScope } from "./search-filters.ts";

/** Pieces read from the index for one message wanted: filters and several pieces of one text take some away. */
const PIECES_PER_MESSAGE = 4;

/**
 * Finds the messages nearest in meaning: `limit` of them whenever so many match the filters.
 *
 * Few that may be found are compared one by one. Many are looked up by the index with pgvector's iterative scan, and,
 * when that loses so many of them among other people's that fewer than wanted are left, one by one all the same.
 *
 * @returns common table expressions, the last of them `nearest (id, similarity)`
 */
export function foundByMeaning(actor: Actor, search: MessageSearch, limit: number): SQL {
  const { meaning } = search;
  if (!meaning) return sql`nearest as (select null::uuid as id, null::float8 as similarity where false)`;
  return sql`
    eligible as materialized (
      select ${conversations.id} as id from ${conversations}
      where ${hitsInScope(actor, search)} limit ${meaning.exactRowsMax + 1}
    ),
    size as materialized (select count(*) > ${meaning.exactRowsMax} as is_large from eligible),
    walked as materialized (${byIndex(actor, search, meaning, limit)}),
    enough as materialized (select is_large and (select count(*) from walked) >= ${search.limit} as by_index from size),
    nearest as materialized (
      select id, similarity from walked where (select by_index from enough)
      union all
      (${oneByOne(actor, search, meaning, limit)})
    )`;
}

/** The space's id stands in the statement as a literal: as a parameter the partial index is not used. */
const vectorsOf = (actor: Actor, { space }: QueryMeaning) => sql`
  ${ownedBy(actor, embeddings)} and ${embeddings.spaceId} = ${sql.raw(String(space.id))}
  and ${embeddings.itemType} = 'message'`;

function byIndex(actor: Actor, search: MessageSearch, meaning: QueryMeaning, limit: number): SQL {
  const length = sql.raw(String(meaning.space.dimensions));
  return sql`
    select walk.item_id as id, 1 - min(distance) as similarity from (
      select ${embeddings.itemId} as item_id,
        ${embeddings.embedding}::vector(${length}) <=> ${meaning.vector}::vector(${length}) as distance
      from ${embeddings} where ${vectorsOf(actor, meaning)} and (select is_large from size)
      order by distance limit ${limit * PIECES_PER_MESSAGE}
    ) as walk
    join ${conversations} on ${conversations.id} = walk.item_id and ${hitsInScope(actor, search)}
    group by walk.item_id order by min(distance) limit ${limit}`;
}

function oneByOne(actor: Actor, search: MessageSearch, meaning: QueryMeaning, limit: number): SQL {
  return sql`
    select id, similarity from (
      select id from eligible where not (select is_large from size)
      union all
      select ${conversations.id} from ${conversations}
      where ${hitsInScope(actor, search)} and (select is_large and not by_index from size, enough)
    ) as measured cross join lateral (${similarityOf(actor, meaning, sql`measured.id`)}) as looked_up
    where similarity is not null order by similarity desc limit ${limit}`;
}

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
