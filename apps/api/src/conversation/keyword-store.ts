import { conversations, sessions } from "@keepsake/db/schema";
import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../platform/actor.ts";
import { ownedBy } from "../platform/owned.ts";
import { queryForms, STEM_WEIGHT } from "../platform/query-forms.ts";
import type { MessageSearch } from "./message-search.ts";
import { hitsInScope, linesInScope } from "./search-filters.ts";

/**
 * Messages with a form are counted up to this: beyond it a word is common, and how common hardly matters. Messages are
 * looked up by the query's rarest forms until there are about so many; the other forms only rank them.
 */
const COMMON_ROWS = 1_000;
/** Forms that take part, the rarest ones; each is one bit of a `bigint`. */
const FORMS_MAX = 32;
/** When every word is common, so many messages are looked at, the newest. */
const WALKED_ROWS_MAX = 20_000;

/**
 * Finds messages by words, in bounded time however many there are. Any word is enough; those that say next to nothing
 * count only in a query that has no others.
 *
 * @returns common table expressions; `found (id, session_id, created_at, role, mask)` has the messages with, in `mask`, the bits
 *   of the forms they hold, and {@link coverageOf} tells what a mask is worth
 */
export function foundByWords(actor: Actor, search: MessageSearch): SQL {
  if (!search.byWords) return nothing;
  return sql`
    ${queryForms(search.query)},
    ${weighedForms(actor)},
    selector as materialized (
      select string_agg(form::text, ' | ') filter (where found_before < ${COMMON_ROWS})::tsquery as query,
        bool_and(holders >= ${COMMON_ROWS}) as is_common, count(distinct word) > 1 as has_words
      from weighed
    ),
    all_words as materialized (
      select string_agg('(' || forms || ')', ' & ')::tsquery as query
      from (select string_agg(form::text, ' | ') as forms from weighed group by word) as words
    ),
    found as materialized (
      select id, session_id, created_at, role, (select bit_or(bit) from weighed where search @@ form) as mask from (
        ${rareLines(actor, search)}
        union all ${linesWithAllWords(actor, search)}
        union all ${newestLines(actor, search)}
      ) as lines
    )`;
}

/** What a search by meaning alone has in place of words. */
const nothing = sql`
  weighed as (select 0 as word, 0::float8 as idf, 0::bigint as bit where false),
  information as (select 1::float8 as total),
  found as (select null::uuid as id, null::text as session_id, now() as created_at, null::text as role, 0::bigint as mask where false)`;

/** How much each form tells, from how many of the user's messages hold it, and what all words tell together. */
function weighedForms(actor: Actor): SQL {
  return sql`
    corpus as materialized (
      select coalesce(sum(${sessions.messages}), 0)::float8 as size from ${sessions} where ${ownedBy(actor, sessions)}
    ),
    telling as materialized (
      select word, form::tsquery as form, weight from forms
      where weight >= ${STEM_WEIGHT} or not exists (select 1 from forms where weight >= ${STEM_WEIGHT})
    ),
    frequencies as materialized (
      select word, form, holders, weight * ln(1 + (greatest(size - holders, 0) + 0.5) / (holders + 0.5)) as idf
      from telling cross join corpus cross join lateral (
        select count(*)::float8 as holders from (
          select 1 from ${conversations} where ${ownedBy(actor, conversations)} and ${conversations.search} @@ form
          limit ${COMMON_ROWS}
        ) as some_rows
      ) as counted
    ),
    information as materialized (
      select coalesce(sum(information), 1) as total from (
        select coalesce(max(idf) filter (where holders > 0), max(idf)) as information from frequencies group by word
      ) as words
    ),
    weighed as materialized (
      select word, form, idf, holders, 1::bigint << (row_number() over by_rarity)::int as bit,
        sum(holders) over by_rarity - holders as found_before
      from frequencies where holders > 0
      window by_rarity as (order by idf desc, form::text) order by idf desc, form::text limit ${FORMS_MAX}
    )`;
}

const lineColumns = sql`${conversations.id} as id, ${conversations.sessionId} as session_id,
  ${conversations.createdAt} as created_at, ${conversations.role} as role, ${conversations.search} as search`;

/** By the index. The vector is joined with nothing, so that a long one is read from its own pages once, not once a form. */
const byIndex = (scope: SQL, query: SQL) => sql`
  select id, session_id, created_at, role, search || ''::tsvector as search from (
    select ${lineColumns} from ${conversations} where ${scope} and ${conversations.search} @@ ${query}
  ) as looked_up`;

const isCommon = sql`(select is_common from selector)`;

const rareLines = (actor: Actor, search: MessageSearch) =>
  sql`(${byIndex(sql`${linesInScope(actor, search)} and not ${isCommon}`, sql`(select query from selector)`)})`;

/** Words that are common each may be rare together. */
const linesWithAllWords = (actor: Actor, search: MessageSearch) => sql`
  (${byIndex(
    sql`${hitsInScope(actor, search)} and (select is_common and has_words from selector)`,
    sql`(select query from all_words)`,
  )} limit ${COMMON_ROWS})`;

/** Every word is common: the newest messages that hold one are worth as much as any. */
const newestLines = (actor: Actor, search: MessageSearch) => sql`
  (select id, session_id, created_at, role, search from (
    select ${lineColumns} from ${conversations} where ${hitsInScope(actor, search)} and ${isCommon}
    order by ${conversations.createdAt} desc limit ${WALKED_ROWS_MAX}
  ) as newest where search @@ (select query from selector) limit ${COMMON_ROWS})`;

/**
 * The share of the query's information that the forms of a mask cover: a word counts once, by its best form.
 *
 * @param masks a table expression with a column `mask`
 * @returns a select of `mask` and `covered`, from 0 to 1
 */
export function coverageOf(masks: SQL): SQL {
  return sql`
    select mask, covered / total as covered from (select distinct mask from ${masks} as all_masks) as masks
    cross join information cross join lateral (
      select coalesce(sum(best), 0)::float8 as covered from (
        select max(idf) as best from weighed where bit & mask <> 0 group by word
      ) as words
    ) as summed`;
}
